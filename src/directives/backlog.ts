import type { NormalizedEvent } from '../normalize/normalized-event.js';

/** What `:N` can refer to: fields of the first event that counted in a stage. */
export interface FirstEvent {
  readonly srcIp: string;
  readonly dstIp: string;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly protocol: string;
  readonly customData1: string;
  readonly customData2: string;
  readonly customData3: string;
}

/** How far one stage has come. Times in seconds; 0 while there is none. */
export interface StageProgress {
  start: number;
  end: number;
  /** How many of the backlog's ids were remembered in this stage. */
  ids: number;
  /** Kept where a later rule refers to it, and for stage 1. */
  first: FirstEvent | null;
}

/** A hit of a lookup source (dsiem.md §6). */
export interface LookupHit {
  readonly provider: string;
  readonly term: string;
  readonly result: string;
}

/** One directive's progress (dsiem.md §4): plain JSON data, and all that is needed to go on after a restart. */
export interface Backlog {
  readonly directive: number;
  /** The how-manieth backlog of its directive. */
  readonly n: number;
  /** Order of creation over all directives. */
  readonly born: number;
  /** Key of the rules it began with. */
  readonly definition: string;
  readonly alarmId: string;
  status: 'live' | 'finished' | 'timeout';
  /** Current stage, from 1. */
  stage: number;
  /** Events that counted in the current stage. */
  count: number;
  /** `now` when the current stage was opened; when it ended, for a backlog that has. */
  opened: number;
  /** Latest `end_time` of the finished stages. */
  latestEnd: number;
  risk: number;
  created: number;
  updated: number;
  /** Stages begun so far. */
  stages: StageProgress[];
  /** Fingerprints of the ids of events that counted: a tenth of the memory of the ids themselves. */
  readonly ids: number[];
  readonly srcIps: string[];
  readonly dstIps: string[];
  /** Pairs of label and content, each as JSON text, so that equal pairs are equal texts. */
  readonly custom: string[];
  /** Values seen in the current stage, where its rule wants them to differ. */
  sticky?: string[];
  /** `address port` pairs for vulnerability lookups. */
  services?: string[];
  /** Terms already given to lookups. */
  asked?: string[];
  intel?: LookupHit[];
  vulnerabilities?: LookupHit[];
}

/** The fields later stages can refer to. */
export const firstEventOf = (event: NormalizedEvent): FirstEvent => ({
  srcIp: event.srcIp,
  dstIp: event.dstIp,
  srcPort: event.srcPort,
  dstPort: event.dstPort,
  protocol: event.protocol,
  customData1: event.customData1,
  customData2: event.customData2,
  customData3: event.customData3,
});

/** A backlog about to count its first event. */
export const newBacklog = (
  identity: Pick<Backlog, 'directive' | 'n' | 'born' | 'definition' | 'alarmId'>,
  event: NormalizedEvent,
  now: number,
): Backlog => ({
  directive: identity.directive,
  n: identity.n,
  born: identity.born,
  definition: identity.definition,
  alarmId: identity.alarmId,
  status: 'live',
  stage: 1,
  count: 0,
  opened: now,
  latestEnd: 0,
  risk: 0,
  created: 0,
  updated: 0,
  stages: [{ start: 0, end: 0, ids: 0, first: null }],
  ids: [],
  srcIps: [event.srcIp],
  dstIps: [event.dstIp],
  custom: [],
});
