import { isObject, type ObjectReader } from './object-reader.js';

type Json = Readonly<Record<string, unknown>>;

const intoRange = (reader: ObjectReader, key: string, range: readonly [number, number]): Json => {
  const value = reader.get(key);
  if (typeof value !== 'number' || !Number.isInteger(value)) return {};
  const [from, to] = range;
  const right = Math.min(to, Math.max(from, value));
  if (right === value) return {};
  reader.warn(key, `${value} is outside ${from}–${to}, repaired to ${right}`);
  return { [key]: right };
};

const splitAtSpace = (reader: ObjectReader, key: string): Json => {
  const value = reader.get(key);
  if (typeof value !== 'string' || value.length > 1_000_000) return {};
  const items = value
    .replaceAll(/!\s+/g, '!')
    .split(/[\s,]+/)
    .filter((item) => item !== '');
  const commas = value.split(',').filter((item) => item.trim() !== '').length;
  if (items.length < 2 || items.length === commas) return {};
  const right = items.join(', ');
  reader.warn(key, `${JSON.stringify(value)} is a list split by white space, repaired to ${JSON.stringify(right)}`);
  return { [key]: right };
};

/** What dsiem would silently make of a rule (`--compat dsiem`), each repair a warning (dsiem.md §2). */
export const repairRule = (reader: ObjectReader): Json => {
  const repairs: Record<string, unknown> = {
    ...intoRange(reader, 'reliability', [0, 10]),
    ...splitAtSpace(reader, 'from'),
    ...splitAtSpace(reader, 'to'),
    ...splitAtSpace(reader, 'port_from'),
    ...splitAtSpace(reader, 'port_to'),
  };
  if (reader.get('stage') === 1 && reader.get('occurrence') !== 1) {
    reader.warn('occurrence', 'stage 1 is finished by its first event, repaired to 1');
    repairs['occurrence'] = 1;
  }
  return { ...reader.object, ...repairs };
};

/** The same for the fields of the directive itself. */
export const repairDirective = (reader: ObjectReader): Json => ({
  ...reader.object,
  ...intoRange(reader, 'priority', [1, 5]),
});

/** New stages by old ones where the old ones leave gaps; undefined where nothing has to be closed. */
export const closeGaps = (rules: readonly unknown[]): ReadonlyMap<number, number> | undefined => {
  const stages = rules.map((rule) => (isObject(rule) ? rule['stage'] : undefined));
  const whole = stages.filter((stage): stage is number => Number.isSafeInteger(stage));
  const sorted = [...new Set(whole)].sort((a, b) => a - b);
  if (sorted.length !== stages.length || sorted.every((stage, i) => stage === i + 1)) return undefined;
  return new Map(sorted.map((stage, i) => [stage, i + 1]));
};

const REFERENCING = ['from', 'to', 'port_from', 'port_to', 'protocol', 'custom_data1', 'custom_data2', 'custom_data3'];

/** A rule moved to its new stage, its references with it. */
export const moveRule = (rule: Json, stages: ReadonlyMap<number, number>): Json => {
  const moved: Record<string, unknown> = { ...rule, stage: stages.get(rule['stage'] as number) };
  for (const key of REFERENCING) {
    const value = rule[key];
    const target =
      typeof value === 'string' && /^:\d{1,6}$/.test(value) ? stages.get(Number(value.slice(1))) : undefined;
    if (target !== undefined) moved[key] = `:${target}`;
  }
  return moved;
};
