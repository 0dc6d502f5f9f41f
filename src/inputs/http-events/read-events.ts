import { readEvent, WireFault } from '../../directives/index.js';
import { messageOf } from '../../fault.js';
import { nextTurn } from '../settle.js';
import { ElementScanner } from './element-scanner.js';

/** Bytes of an event in a body. */
export interface EventBytes {
  readonly start: number;
  readonly end: number;
}

/** What a body holds. */
export interface ReadEvents {
  readonly good: readonly (EventBytes & { readonly id: string })[];
  /** With their place in the request, from 0. */
  readonly bad: readonly (EventBytes & { readonly index: number })[];
}

/** A body nothing of which can be taken. */
export interface BodyFault {
  readonly status: 400 | 413;
  readonly message: string;
}

const longestEvent = 1024 * 1024;
const deepest = 64;
/** More than fit into the longest body, were they events. */
const mostElements = 1_000_000;
/** How long one request keeps others waiting at once, ms. */
const turnMs = 10;

/** Lets other inputs have their turn, now and then. */
export class Turns {
  #until = performance.now() + turnMs;
  #count = 0;

  /** A promise where it is time to wait. */
  next(): Promise<void> | undefined {
    this.#count += 1;
    if (this.#count % 16 !== 0 || performance.now() < this.#until) return undefined;
    return nextTurn().then(() => {
      this.#until = performance.now() + turnMs;
    });
  }
}

const tooLarge = ({ start, end }: EventBytes, depth: number): string | undefined => {
  if (end - start > longestEvent) return `the event has ${end - start} bytes, at most ${longestEvent} would be right`;
  return depth > deepest ? `the event nests ${depth} deep, at most ${deepest} would be right` : undefined;
};

/** Why a bad event of a body that was read cannot be taken. */
export const reasonOf = (body: Buffer, { start, end }: EventBytes): string => {
  const scanner = new ElementScanner(body.subarray(start, end));
  while (scanner.next() === 'pause');
  const large = tooLarge({ start, end }, scanner.depth);
  if (large !== undefined) return large;
  const read = readEvent(JSON.parse(body.toString('utf8', start, end)));
  return read instanceof WireFault ? read.toString() : '';
};

/** Reads a body: one event or an array of them, whose bytes stay where they are. */
export const readEvents = async (body: Buffer): Promise<ReadEvents | BodyFault> => {
  const scanner = new ElementScanner(body);
  const good: { start: number; end: number; id: string }[] = [];
  const bad: { start: number; end: number; index: number }[] = [];
  const turns = new Turns();
  for (let index = 0; ; ) {
    const found = scanner.next();
    if (found === 'end') return { good, bad };
    if (found === 'broken') return notJson(body);
    if (found === 'element') {
      if (index === mostElements) {
        return { status: 413, message: `the body has over ${mostElements} elements; fewer a request would be right` };
      }
      const { start, end, depth } = scanner;
      if (tooLarge(scanner, depth) === undefined) {
        let value: unknown;
        try {
          value = JSON.parse(body.toString('utf8', start, end));
        } catch (cause) {
          return notJson(body, { index, cause });
        }
        const event = readEvent(value);
        if (event instanceof WireFault) bad.push({ start, end, index });
        else good.push({ start, end, id: event.id });
      } else bad.push({ start, end, index });
      index += 1;
    }
    const turn = found === 'pause' ? nextTurn() : turns.next();
    if (turn !== undefined) await turn;
  }
};

const notJson = (body: Buffer, at?: { readonly index: number; readonly cause: unknown }): BodyFault => {
  const right = 'an event or an array of events as JSON (RFC 8259) would be right';
  if (body.length === 0) return { status: 400, message: `the body is empty, ${right}` };
  const where =
    at === undefined ? 'brackets, commas and quotes do not match' : `element ${at.index}: ${messageOf(at.cause)}`;
  return { status: 400, message: `the body is not JSON: ${where}; ${right}` };
};
