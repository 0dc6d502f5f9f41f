import type { Fault } from '../fault.js';
import { parseAddress } from '../inputs/address.js';
import type { Locate } from './check-options.js';
import { isTimeZone } from './time-zone.js';

/** What a stack receives from, as its file says it: `[host:]port` or a path, each with `;tz=Zone` behind it where it has its own. */
export interface StackInputs {
  readonly udp: readonly string[];
  readonly tcp: readonly string[];
  readonly tail: readonly string[];
}

const zoneMark = ';tz=';

const faultOf = (text: string, kind: keyof StackInputs): string | undefined => {
  const at = text.lastIndexOf(zoneMark);
  const value = at === -1 ? text : text.slice(0, at);
  const zone = at === -1 ? undefined : text.slice(at + zoneMark.length);
  if (zone !== undefined && !isTimeZone(zone)) {
    return `unknown time zone ${zone}; an IANA name such as Europe/Berlin would be right`;
  }
  if (kind === 'tail') return value === '' ? 'no path; a path or a pattern would be right' : undefined;
  const address = parseAddress(value);
  return 'fault' in address ? address.fault : undefined;
};

/** Every address, path and zone that cannot be one. Whether the address is this machine's, and free, shows at the start. */
export const checkInputs = (inputs: StackInputs, locate: Locate): Fault[] =>
  (['udp', 'tcp', 'tail'] as const).flatMap((kind) =>
    inputs[kind].flatMap((text) => {
      const message = faultOf(text, kind);
      return message === undefined ? [] : [{ where: locate(['inputs', kind]), message }];
    }),
  );
