/** Places where a death of the process is worth trying: between two steps that belong together. */
export const killPointNames = [
  'journal-appended',
  'outbox-appended',
  'listener-flushed',
  'positions-written',
  'checkpoint-half-written',
  'checkpoint-committed',
  'checkpoint-copied',
  'checkpoint-replaced',
  'segment-created',
  'segment-removing',
] as const;

/** One of them. */
export type KillPointName = (typeof killPointNames)[number];

const [wanted, count = '1'] = (process.env['TOCSIN_TORTURE_KILL_AT'] ?? '').split(':');
let left = Number(count);

/**
 * Does nothing, unless TOCSIN_TORTURE_KILL_AT=<name>:<count> is in the environment: then the process dies by SIGKILL
 * when a thread comes here for the `count`th time. For `npm run torture`.
 */
export const killPoint = (name: KillPointName): void => {
  if (name !== wanted) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
};
