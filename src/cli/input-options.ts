import { InvalidArgumentError } from 'commander';
import { ConfigurationError, type Fault } from '../fault.js';
import type { InputSpec } from '../run/input-spec.js';
import type { ResolvedStack } from '../stack/resolve.js';
import type { DsiemEnvironment } from './dsiem-env.js';
import { type HttpOptions, httpSpecs } from './http-options.js';
import { parseListen, splitZone } from './values.js';

/** Options that say what to listen to and read. */
export interface InputOptions extends HttpOptions {
  readonly udp?: readonly string[];
  readonly tcp?: readonly string[];
  readonly tls?: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly tail?: readonly string[];
  readonly tailFrom: 'start' | 'end';
  readonly stdin?: boolean;
  readonly maxFrame: number;
  readonly maxConnections: number;
  readonly idleTimeout: number;
  readonly tz?: string;
  readonly year?: number;
}

const standardAddress = '127.0.0.1:5514';

const tlsOf = ({ tls, tlsCert: cert, tlsKey: key, tlsCa: ca }: InputOptions, faults: Fault[]) => {
  if (tls === undefined) {
    const given = Object.entries({ '--tls-cert': cert, '--tls-key': key, '--tls-ca': ca }).find(
      ([, file]) => file !== undefined,
    );
    if (given !== undefined)
      faults.push({
        where: given[0],
        message: 'has no TLS listener to serve; --tls [host:]port beside it would be right',
      });
    return undefined;
  }
  if (cert !== undefined && key !== undefined) return { cert, key, ca };
  faults.push({
    where: '--tls',
    message: 'needs a certificate and its key; --tls-cert FILE --tls-key FILE would be right',
  });
  return undefined;
};

/** The inputs of these options and stacks; where there are none, the standard ones. @throws ConfigurationError with every fault */
export const inputSpecs = (
  options: InputOptions,
  stack: ResolvedStack,
  dsiem: DsiemEnvironment,
): { readonly inputs: readonly InputSpec[]; readonly standard: boolean } => {
  const faults: Fault[] = [];
  const { maxFrame, maxConnections, idleTimeout: idleTimeoutMs, tailFrom: from, tz, year } = options;
  const common = { maxFrame, year };
  const tls = tlsOf(options, faults);
  const specs: InputSpec[] = [];
  const each = (name: string, values: readonly string[], make: (value: string) => InputSpec): void => {
    for (const value of values) {
      try {
        specs.push(make(value));
      } catch (cause) {
        if (!(cause instanceof InvalidArgumentError)) throw cause;
        faults.push({ where: name, message: cause.message });
      }
    }
  };
  const listen = (value: string) => {
    const { host, port, timeZone } = parseListen(value);
    return { ...common, host, port, timeZone: timeZone ?? tz };
  };
  const udp = [...(options.udp ?? []), ...stack.inputs.udp];
  const tcp = [...(options.tcp ?? []), ...stack.inputs.tcp];
  const tail = [...(options.tail ?? []), ...stack.inputs.tail];
  const { tls: tlsAddresses = [], http = [], ingest = [] } = options;
  const named = [udp, tcp, tail, tlsAddresses, http, ingest];
  const standard = named.every((values) => values.length === 0) && options.stdin !== true;
  each('--udp', standard ? [standardAddress] : udp, (value) => ({ kind: 'udp', ...listen(value) }));
  each('--tcp', standard ? [standardAddress] : tcp, (value) => ({
    kind: 'tcp',
    ...listen(value),
    maxConnections,
    idleTimeoutMs,
  }));
  each('--tls', tlsAddresses, (value) => ({ kind: 'tcp', ...listen(value), maxConnections, idleTimeoutMs, tls }));
  each('--tail', tail, (value) => {
    const { value: pattern, timeZone } = splitZone(value);
    return { kind: 'tail', ...common, timeZone: timeZone ?? tz, pattern, from };
  });
  if (options.stdin === true) specs.push({ kind: 'stdin', ...common, timeZone: tz });
  specs.push(...httpSpecs(options, { alone: standard, dsiem, faults }));
  if (faults.length > 0) throw new ConfigurationError(faults);
  return { inputs: specs, standard };
};
