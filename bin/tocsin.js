#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// V8 notes what a function sees only after its first calls, and on Node 20 compiles the way of a record for too little of it:
// noted from the first call on, a replay runs half as fast again (npm run bench -- replay).
setFlagsFromString('--no-lazy-feedback-allocation');
await import('../dist/src/cli/main.js');
