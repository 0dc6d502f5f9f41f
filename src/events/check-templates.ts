import nunjucks from 'nunjucks';
import type { EventClass } from './event.js';
import { compileTemplate, environments } from './render.js';

/** A node of nunjucks's syntax tree, as far as it is looked at; the types of the library do not describe it. */
interface Node {
  readonly typename: string;
  readonly fields: readonly string[];
  readonly lineno: number;
  readonly colno: number;
  readonly [member: string]: unknown;
}

interface Place {
  readonly node: Node;
  /** Whether a condition decides if this is rendered. */
  readonly guarded: boolean;
}

const { parser } = nunjucks as unknown as { readonly parser: { parse(source: string): unknown } };

const given = ['fields', 'summary', 'time', 'module', 'record', 'loop', 'caller', 'range', 'cycler', 'joiner'];
const otherTemplates = new Set(['Include', 'Extends', 'Import', 'FromImport']);
const conditions = new Set(['If', 'InlineIf', 'Switch', 'And', 'Or']);
/** Members that hold a name being made, or one of nunjucks's own, rather than a value being used. */
const namesOf: Readonly<Record<string, string>> = {
  For: 'name',
  Set: 'targets',
  Macro: 'name',
  Caller: 'name',
  Block: 'name',
  Filter: 'name',
  Is: 'right',
  Pair: 'key',
  Import: 'target',
  FromImport: 'names',
};

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'typename' in value && 'fields' in value;

/** Every node under a value, in order, save those that only name something. */
function* places(value: unknown, guarded = false): Generator<Place> {
  if (Array.isArray(value)) for (const item of value) yield* places(item, guarded);
  if (!isNode(value)) return;
  yield { node: value, guarded };
  const inside = guarded || conditions.has(value.typename);
  for (const member of value.fields) if (namesOf[value.typename] !== member) yield* places(value[member], inside);
}

const symbolsIn = (value: unknown): string[] =>
  [...places(value)].filter(({ node }) => node.typename === 'Symbol').map(({ node }) => String(node['value']));

/** Names the template makes itself: of loops, `set`, macros and their arguments. Scopes are not told apart. */
const namesMade = (all: readonly Place[]): ReadonlySet<string> => {
  const names = new Set(given);
  for (const { node } of all) {
    if (node.typename === 'For' || node.typename === 'Set' || node.typename === 'Macro') {
      for (const name of symbolsIn(node[namesOf[node.typename] ?? ''])) names.add(name);
    }
    if (node.typename !== 'Macro' && node.typename !== 'Caller') continue;
    for (const name of symbolsIn(node['args'])) names.add(name);
    for (const { node: part } of places(node['args'])) {
      if (part.typename === 'Pair') for (const name of symbolsIn(part['key'])) names.add(name);
    }
  }
  return names;
};

/** The name and place of the field a node reads, where it is `fields.name` or `fields["name"]`. */
const fieldRead = (node: unknown): Node | undefined => {
  if (!isNode(node) || node.typename !== 'LookupVal') return undefined;
  const { target, val } = node;
  if (!isNode(target) || target.typename !== 'Symbol' || target['value'] !== 'fields') return undefined;
  return isNode(val) && val.typename === 'Literal' && typeof val['value'] === 'string' ? val : undefined;
};

const at = ({ lineno, colno }: Node): string => `${lineno + 1}:${colno + 1}`;

const hasFilter = (environment: nunjucks.Environment, name: string): boolean => {
  try {
    environment.getFilter(name);
    return true;
  } catch {
    return false;
  }
};

const filterName = (node: Node): string => (isNode(node['name']) ? String(node['name']['value']) : '');

/** What is wrong where a node needs another template, or a filter that there is not; and what would be right. */
const needOf = (node: Node): { readonly wrong: string; readonly right: string } | undefined => {
  const { typename } = node;
  if (otherTemplates.has(typename))
    return { wrong: `${at(node)}: there are no other templates`, right: 'one template a message' };
  if (typename !== 'Filter' || hasFilter(environments.text, filterName(node))) return undefined;
  return { wrong: `${at(node)}: there is no filter ${filterName(node)}`, right: "one of nunjucks's" };
};

/** The first `line:column: what is wrong` of a template that needs what there is not: a filter, another template. */
export const needFault = (source: string): string | undefined =>
  [...places(parser.parse(source))].map(({ node }) => needOf(node)?.wrong).find((fault) => fault !== undefined);

const faultOf = ({ node, guarded }: Place, eventClass: EventClass, names: ReadonlySet<string>): string | undefined => {
  const { typename } = node;
  const need = needOf(node);
  if (need !== undefined) return `${need.wrong}; ${need.right} would be right`;
  if (typename === 'Symbol' && !names.has(String(node['value']))) {
    return `${at(node)}: there is no ${String(node['value'])}; fields, summary, time, module and record would be right`;
  }
  const field = fieldRead(node);
  if (field !== undefined && !Object.hasOwn(eventClass.fields, String(field['value']))) {
    const declared = Object.keys(eventClass.fields).join(', ') || 'none';
    return `${at(field)}: there is no field ${String(field['value'])}; declared are ${declared}`;
  }
  if (typename !== 'Output' || guarded || !Array.isArray(node['children'])) return undefined;
  return node['children']
    .map((child: unknown) => unguarded(fieldRead(child), eventClass))
    .find((fault) => fault !== undefined);
};

const unguarded = (field: Node | undefined, eventClass: EventClass): string | undefined => {
  const name = String(field?.['value']);
  if (field === undefined || !Object.hasOwn(eventClass.fields, name)) return undefined;
  if (eventClass.fields[name]?.endsWith('?') !== true) return undefined;
  return `${at(field)}: the field ${name} may be absent; {% if fields.${name} %} or {{ fields.${name} | default("") }} would be right`;
};

const check = (eventClass: EventClass, kind: 'text' | 'html'): string[] => {
  const source = eventClass[kind];
  if (source === undefined) return [];
  const where = `${eventClass.name}.${kind}`;
  try {
    compileTemplate(source, kind);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [`${where}: ${reason.replaceAll(/\s+/g, ' ')}; a nunjucks template would be right`];
  }
  const all = [...places(parser.parse(source))];
  const names = namesMade(all);
  return all.flatMap((place) => faultOf(place, eventClass, names) ?? []).map((fault) => `${where}:${fault}`);
};

/**
 * What is wrong with the message templates of an event class, as `Class.text:line:column: what is wrong, what would be right`:
 * syntax, names and fields that do not exist, other templates, optional fields shown without a condition. Empty where all is well.
 */
export const checkTemplates = (eventClass: EventClass): readonly string[] => [
  ...check(eventClass, 'text'),
  ...check(eventClass, 'html'),
];
