import type { CheckPattern } from '../normalize/index.js';

interface Node {
  readonly op: string;
  readonly args: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'op' in value;

/** What `matches` of the expression is given, at any depth. */
const patternsIn = (value: unknown): unknown[] => {
  if (Array.isArray(value)) return value.flatMap(patternsIn);
  if (!isNode(value)) return [];
  const { op, args } = value;
  const [name, , given] = op === 'rcall' && Array.isArray(args) ? (args as unknown[]) : [];
  const patterns: unknown[] = name === 'matches' && Array.isArray(given) ? given : [];
  return [...patterns, ...patternsIn(args)];
};

const faultOf = (pattern: unknown, check: CheckPattern): string | undefined => {
  const source = isNode(pattern) && pattern.op === 'value' ? pattern.args : undefined;
  if (typeof source !== 'string') {
    return 'matches has a pattern that is not written out, which events could make; a text in quotes would be right';
  }
  try {
    new RegExp(source);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return `matches has no pattern: ${cause.message}; a regular expression would be right`;
  }
  const slow = check(source, '');
  if (slow === undefined) return undefined;
  return `matches(${JSON.stringify(source)}) is refused: ${slow}; a pattern that begins with ^, or contains(), would be right`;
};

/** What is wrong with the regular expressions of a filter, CEL's syntax tree: attackers write what they are matched against. */
export const filterPatternFaults = (tree: unknown, check: CheckPattern): string[] =>
  patternsIn(tree).flatMap((pattern) => faultOf(pattern, check) ?? []);
