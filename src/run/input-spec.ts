import type { FrameSink, Input } from '../inputs/input.js';
import { StdinInput } from '../inputs/stdin.js';
import { TailInput } from '../inputs/tail.js';
import { TcpInput } from '../inputs/tcp.js';
import { UdpInput } from '../inputs/udp.js';
import type { Json } from '../json.js';
import type { Log } from '../module.js';
import type { HttpListeners, HttpSpec } from './http-listeners.js';

interface Common {
  readonly maxFrame: number;
  readonly timeZone?: string | undefined;
  readonly year?: number | undefined;
}
interface Listening extends Common {
  readonly host: string | undefined;
  readonly port: number;
}

/** What the user asked to listen to or read, as plain data for the io thread. */
export type InputSpec =
  | (Listening & { readonly kind: 'udp' })
  | (Listening & {
      readonly kind: 'tcp';
      readonly maxConnections: number;
      readonly idleTimeoutMs: number;
      readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string | undefined } | undefined;
    })
  | (Common & { readonly kind: 'tail'; readonly pattern: string; readonly from: 'start' | 'end' })
  | (Common & { readonly kind: 'stdin' })
  | HttpSpec;

/** Places to go on from: input name → key → place. */
type Positions = ReadonlyMap<string, ReadonlyMap<string, Json>>;

/** What inputs are made with. */
export interface InputParts {
  readonly sink: FrameSink;
  readonly positions: Positions;
  readonly http: HttpListeners;
  readonly log: Log;
}

/** Makes the input that a specification describes. */
export const createInput = (spec: InputSpec, { sink, positions, http, log }: InputParts): Input => {
  switch (spec.kind) {
    case 'udp':
      return new UdpInput(sink, { ...spec, log });
    case 'tcp':
      return new TcpInput(sink, { ...spec, log });
    case 'tail':
      return new TailInput(sink, { ...spec, log, positions: positions.get(`tail ${spec.pattern}`) ?? new Map() });
    case 'stdin':
      return new StdinInput(sink, { ...spec, log });
    case 'http':
      return http.input(spec);
  }
};
