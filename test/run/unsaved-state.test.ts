import { expect } from 'chai';
import { UnsavedState } from '../../src/run/unsaved-state.js';
import { noteLog } from '../support/note-log.js';

describe('UnsavedState', () => {
  it('tells one line a module, with the first key, cut, and how many there are', () => {
    const { log, notes } = noteLog();
    const unsaved = new UnsavedState();
    unsaved.note('a', 'k'.repeat(1000), 'a function has no JSON');
    unsaved.note('a', 'other', 'a function has no JSON');
    unsaved.note('b', 'one', 'a function has no JSON');
    unsaved.say(log);
    expect(notes).to.have.length(2);
    expect(notes[0]).to.include(`"${'k'.repeat(100)}" and 1 other entries of module a`);
    expect(notes[1]).to.include('the state "one" of module b cannot be saved: a function has no JSON');
  });
});
