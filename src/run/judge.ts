import type { Pulse } from '../frontend/at-work.js';
import type { PoisonRecord } from './poison-record.js';
import { noteDeath } from './suspicion.js';

/** How a core ended. */
export interface CoreEnd {
  /** What the thread said. */
  readonly message: string;
  /** The heartbeat as it was then. */
  readonly pulse: Pulse;
  /** It stood still for so long, and was ended. */
  readonly stoodMs?: number | undefined;
}

/** Who was at work, by name: a module's name, `plugin <name>`, or `core`. */
export type NameOf = (working: Pulse['working']) => string;

/** Frames of one module set aside within `nearEntries` after which it is the module that goes. */
const mostAsideOfOne = 10;
const nearEntries = 10_000;
const longestReason = 500;

const firstLine = (message: string): string => (message.split('\n', 1)[0] ?? '').slice(0, longestReason);

const describe = ({ message, pulse, stoodMs }: CoreEnd, by: string): string => {
  const { working } = pulse;
  const whose = working.kind === 'module' ? `module ${by}, ${working.call}` : by;
  return stoodMs === undefined
    ? `${firstLine(message)} (at work: ${whose})`
    : `${whose} had not come back for ${Math.round(stoodMs / 100) / 10} s`;
};

/** What is known after a core ended, and what was decided, in words. */
export interface Judgement {
  readonly record: PoisonRecord;
  /** What happened, for the operator. */
  readonly what: string;
  /** Absent: nothing was decided yet. */
  readonly decided: string | undefined;
}

/** Turning it off more than once is of no use: it is off already where it is named. */
const turnOff = (record: PoisonRecord, off: { name: string; from: number; reason: string }): PoisonRecord => ({
  ...record,
  off: [...record.off, off],
});

const isWorst = ({ aside }: PoisonRecord, by: string, seq: number): boolean =>
  aside.filter((one) => one.by === by && one.seq < seq && one.seq > seq - nearEntries).length >= mostAsideOfOne;

/**
 * Decides after a core ended. Who hangs is turned off, from the entry at work on. The entry of which the core died too often
 * is set aside; where that was in a module's `onTick`, or is the latest of many, the module is turned off instead.
 */
export const judge = (record: PoisonRecord, end: CoreEnd, nameOf: NameOf): Judgement => {
  const { seq, working } = end.pulse;
  const by = nameOf(working);
  const reason = describe(end, by);
  const what = `journal entry ${seq}: ${reason}`;
  if (working.kind === 'idle' || (working.kind === 'module' && ['checkpoint', 'create'].includes(working.call))) {
    return { record, what: reason, decided: undefined };
  }
  const canGo = working.kind === 'module' || working.kind === 'plugin';
  if (end.stoodMs !== undefined && canGo) {
    return { record: turnOff(record, { name: by, from: seq, reason }), what, decided: `${by} is turned off` };
  }
  const { suspects, guilty } = noteDeath(record.suspects, { first: seq, last: seq });
  const noted: PoisonRecord = { ...record, suspects: [...suspects] };
  if (guilty === undefined) return { record: noted, what, decided: undefined };
  const ofTime = working.kind === 'module' && working.call === 'onTick';
  if (canGo && (ofTime || isWorst(record, by, seq))) {
    return { record: turnOff(noted, { name: by, from: seq, reason }), what, decided: `${by} is turned off` };
  }
  return { record: setAside(noted, { seq, by, reason }), what, decided: `entry ${seq} is set aside` };
};

/** The same where the whole process ended with the entries at work; nobody can say who had them. */
export const judgeProcess = (
  record: PoisonRecord,
  at: { readonly first: number; readonly last: number },
): Judgement => {
  const reason = 'the process ended while it was at work';
  const { suspects, guilty } = noteDeath(record.suspects, at);
  const noted: PoisonRecord = { ...record, suspects: [...suspects] };
  const { first, last } = at;
  const what = `${reason} on journal ${first === last ? `entry ${first}` : `entries ${first}-${last}`}`;
  if (guilty === undefined) return { record: noted, what, decided: undefined };
  const aside = setAside(noted, { seq: guilty, by: 'core', reason });
  return { record: aside, what, decided: `entry ${guilty} is set aside` };
};

const setAside = (
  record: PoisonRecord,
  { seq, by, reason }: { seq: number; by: string; reason: string },
): PoisonRecord => ({
  ...record,
  aside: [...record.aside, { seq, by, reason, kept: false }],
});
