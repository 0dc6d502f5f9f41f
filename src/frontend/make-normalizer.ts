import { loadAssets } from '../directives/index.js';
import { createNormalizer, type EqualLines, loadPlugins, type Normalizer } from '../normalize/index.js';
import { isAskedFor } from '../stack/config-files.js';
import type { AtWork } from './at-work.js';
import type { ResolvedStack } from '../stack/resolve.js';

/** Where hosts are by name: the stack's `hosts`, then host assets (/32, /128). */
const hostAddresses = ({ hosts, files }: Pick<ResolvedStack, 'hosts' | 'files'>): ReadonlyMap<string, string> => {
  const { list } = loadAssets(files.filter((file) => isAskedFor(file, ['assets_*.json'])));
  const single = list.flatMap(({ name, network }) => {
    const [address = '', length] = network.split('/');
    return length === (address.includes(':') ? '128' : '32') ? [[name, address] as const] : [];
  });
  return new Map([...single, ...Object.entries(hosts)]);
};

/** The normalizer of a stack whose plugins have been checked; none where it has no plugins. */
export const makeNormalizer = (
  stack: Pick<ResolvedStack, 'plugins' | 'hosts' | 'files'>,
  { state, trying }: { readonly state?: EqualLines | undefined; readonly trying?: AtWork } = {},
): Normalizer | undefined => {
  if (stack.plugins.length === 0) return undefined;
  const { plugins } = loadPlugins(stack.plugins, () => undefined);
  const hosts = hostAddresses(stack);
  return createNormalizer(plugins, { hosts: (name) => hosts.get(name), state, trying });
};
