import { type Rule, STICKY_FIELDS, type StickyField } from './directive.js';
import { quote } from './quote.js';
import { readAddressCondition, readCustomCondition, readPortCondition, readProtocolCondition } from './lists.js';
import type { ObjectReader } from './object-reader.js';

const KEYS = [
  'name',
  'type',
  'stage',
  'plugin_id',
  'plugin_sid',
  'product',
  'category',
  'subcategory',
  'occurrence',
  'from',
  'to',
  'port_from',
  'port_to',
  'protocol',
  'reliability',
  'timeout',
  'sticky_different',
  'custom_data1',
  'custom_data2',
  'custom_data3',
  'custom_label1',
  'custom_label2',
  'custom_label3',
];

const ADDRESSES =
  'ANY, HOME_NET, !HOME_NET, :N, or addresses and CIDRs with commas between them, each with or without "!"';
const PORTS = 'ANY, :N, or a text of ports 1–65535 with commas between them, each with or without "!"';
const OPEN = Number.MAX_SAFE_INTEGER;
/** Longer would leave the range of whole seconds that are cheap to keep. */
const LONGEST_TIMEOUT = 1_000_000_000;

const isSid = (item: unknown): item is number => typeof item === 'number' && Number.isSafeInteger(item) && item >= 1;
const isName = (item: unknown): item is string => typeof item === 'string' && item !== '';

type Condition = { readonly kind: string; readonly stage?: number } | undefined;

/** Checks a `:N` against the stage it stands in. */
const checkReference = (reader: ObjectReader, key: string, condition: Condition, stage: number): void => {
  if (condition?.kind !== 'reference' || condition.stage === undefined || condition.stage < stage) return;
  const right =
    stage === 1 ? 'no reference, since nothing comes before stage 1,' : `:1${stage > 2 ? ` to :${stage - 1}` : ''}`;
  reader.refuse(key, right);
};

const conditionText = (
  reader: ObjectReader,
  key: string,
  stage: number,
  how: { readonly read: (text: string) => Condition; readonly right: string; readonly otherwise?: string },
): string => {
  const text = how.otherwise === undefined ? reader.text(key) : reader.text(key, how.otherwise);
  const value = reader.get(key) ?? how.otherwise;
  if (typeof value !== 'string') return text;
  const condition = how.read(text);
  if (condition === undefined || (/^:\d+$/.test(text) && condition.kind !== 'reference')) reader.refuse(key, how.right);
  else checkReference(reader, key, condition, stage);
  return text;
};

const checkKind = (
  reader: ObjectReader,
  type: Rule['type'],
): Pick<Rule, 'pluginId' | 'pluginSids' | 'products' | 'category' | 'subcategories'> => {
  const kind = {
    pluginId: 0,
    pluginSids: [] as readonly number[],
    products: [] as readonly string[],
    category: '',
    subcategories: [] as readonly string[],
  };
  if (type === 'PluginRule') {
    kind.pluginId = reader.integer('plugin_id', { from: 1, to: OPEN });
    kind.pluginSids = reader.list('plugin_sid', isSid, 'an integer from 1 on');
    if (reader.get('plugin_sid') === undefined || isEmptyList(reader.get('plugin_sid'))) {
      reader.refuse('plugin_sid', 'a list of one integer or more');
    }
    return kind;
  }
  kind.products = reader.list('product', isName, 'a text that is not empty');
  if (reader.get('product') === undefined || isEmptyList(reader.get('product'))) {
    reader.refuse('product', 'a list of one text or more');
  }
  kind.category = reader.filledText('category');
  kind.subcategories = reader.list('subcategory', isName, 'a text that is not empty');
  return kind;
};

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const checkType = (reader: ObjectReader): Rule['type'] => {
  const type = reader.get('type');
  if (type === 'PluginRule' || type === 'TaxonomyRule') return type;
  reader.refuse('type', '"PluginRule" or "TaxonomyRule"');
  return isName(reader.get('category')) && reader.get('plugin_id') === undefined ? 'TaxonomyRule' : 'PluginRule';
};

const checkSticky = (reader: ObjectReader, type: Rule['type']): StickyField | '' => {
  const value = reader.get('sticky_different') ?? '';
  if (value === '') return '';
  const allowed = STICKY_FIELDS.filter((field) => field !== 'PLUGIN_SID' || type === 'PluginRule');
  const field = allowed.find((name) => name === value);
  if (field === undefined) {
    reader.fault('sticky_different', `${quote(value)} on a ${type}, one of ${allowed.join(', ')} or "" would be right`);
  }
  return field ?? '';
};

const checkOccurrence = (reader: ObjectReader, stage: number): number => {
  const occurrence = reader.integer('occurrence', { from: 1, to: OPEN });
  if (stage === 1 && occurrence > 1) reader.refuse('occurrence', '1 (stage 1 is finished by its first event)');
  return occurrence;
};

const checkTimeout = (reader: ObjectReader, stage: number): number => {
  const timeout = reader.integer('timeout', { from: 0, to: LONGEST_TIMEOUT, otherwise: 0 });
  if (timeout === 0 && stage > 1) {
    reader.warn('timeout', '0 ends this stage within a second, a number of seconds would be right');
  }
  return timeout;
};

/** Checks one rule (dsiem.md §2); what is faulty is noted and replaced by something harmless. */
export const checkRule = (reader: ObjectReader): Rule => {
  reader.onlyKnown(KEYS);
  const type = checkType(reader);
  const stage = reader.integer('stage', { from: 1, to: OPEN });
  const address = { read: readAddressCondition, right: ADDRESSES };
  const port = { read: readPortCondition, right: PORTS, otherwise: 'ANY' };
  const custom = { read: readCustomCondition, right: 'ANY, "", :N, or a text', otherwise: '' };
  return {
    name: reader.text('name', ''),
    type,
    stage,
    ...checkKind(reader, type),
    occurrence: checkOccurrence(reader, stage),
    from: conditionText(reader, 'from', stage, address),
    to: conditionText(reader, 'to', stage, address),
    portFrom: conditionText(reader, 'port_from', stage, port),
    portTo: conditionText(reader, 'port_to', stage, port),
    protocol: conditionText(reader, 'protocol', stage, {
      read: readProtocolCondition,
      right: 'ANY, "", :N, or the exact text',
      otherwise: 'ANY',
    }),
    reliability: reader.integer('reliability', { from: 0, to: 10 }),
    timeout: checkTimeout(reader, stage),
    stickyDifferent: checkSticky(reader, type),
    customData1: conditionText(reader, 'custom_data1', stage, custom),
    customData2: conditionText(reader, 'custom_data2', stage, custom),
    customData3: conditionText(reader, 'custom_data3', stage, custom),
    customLabel1: reader.text('custom_label1', ''),
    customLabel2: reader.text('custom_label2', ''),
    customLabel3: reader.text('custom_label3', ''),
  };
};
