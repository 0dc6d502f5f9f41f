import { checkRule } from './check-rule.js';
import type { Directive, Rule } from './directive.js';
import { quote } from './quote.js';
import type { JsonPath } from './json-positions.js';
import { type Findings, isObject, ObjectReader } from './object-reader.js';
import { closeGaps, moveRule, repairDirective, repairRule } from './repair.js';

const KEYS = [
  'id',
  'name',
  'priority',
  'kingdom',
  'category',
  'disabled',
  'all_rules_always_active',
  'rules',
  'description',
  'mitre',
  'references',
];

const isText = (item: unknown): item is string => typeof item === 'string';

/** A directive as read; `disabled` ones are checked, too, and then left out. */
export interface CheckedDirective {
  readonly directive: Directive;
  readonly disabled: boolean;
}

const rulesOf = (reader: ObjectReader, compat: boolean): readonly unknown[] => {
  const rules = reader.get('rules');
  if (!Array.isArray(rules) || rules.length < 2) {
    reader.fault(
      'rules',
      `${Array.isArray(rules) ? `${rules.length} rules` : quote(rules)}, a list of at least 2 would be right`,
    );
    return Array.isArray(rules) ? (rules as readonly unknown[]) : [];
  }
  const stages = compat ? closeGaps(rules) : undefined;
  if (stages === undefined) return rules as unknown[];
  reader.warn('rules', `stages ${[...stages.keys()].join(', ')} have gaps, repaired to 1–${stages.size}`);
  return (rules as readonly unknown[]).map((rule) => (isObject(rule) ? moveRule(rule, stages) : rule));
};

const checkStages = (rules: readonly Rule[], path: JsonPath, findings: Findings): void => {
  const seen = new Set<number>();
  for (const [i, { stage }] of rules.entries()) {
    const at = [...path, 'rules', i, 'stage'];
    if (seen.has(stage))
      findings.faults.push({ path: at, message: `${stage} is here twice, each stage once would be right` });
    else if (stage > rules.length) {
      findings.faults.push({
        path: at,
        message: `${stage} leaves a gap, 1–${rules.length} without gaps would be right`,
      });
    }
    seen.add(stage);
  }
};

/** Checks one directive (dsiem.md §2). What it gives is only worth using where no fault was added to the findings. */
export const checkDirective = (
  value: unknown,
  path: JsonPath,
  options: { readonly findings: Findings; readonly compat: boolean },
): CheckedDirective | undefined => {
  const { findings, compat } = options;
  if (!isObject(value)) {
    findings.faults.push({ path, message: `${quote(value)}, an object would be right` });
    return undefined;
  }
  const given = new ObjectReader(value, path, findings);
  const reader = compat ? new ObjectReader(repairDirective(given), path, findings) : given;
  reader.onlyKnown(KEYS);
  const rules: Rule[] = [];
  const faultsBefore = findings.faults.length;
  for (const [i, rule] of rulesOf(reader, compat).entries()) {
    const at = [...path, 'rules', i];
    if (!isObject(rule)) {
      findings.faults.push({ path: at, message: `${quote(rule)}, an object would be right` });
      continue;
    }
    const asGiven = new ObjectReader(rule, at, findings);
    rules.push(checkRule(compat ? new ObjectReader(repairRule(asGiven), at, findings) : asGiven));
  }
  if (findings.faults.length === faultsBefore) checkStages(rules, path, findings);
  const directive = buildDirective(reader, rules, compat);
  return { directive, disabled: reader.flag('disabled') };
};

const buildDirective = (reader: ObjectReader, rules: readonly Rule[], compat: boolean): Directive => {
  const description = reader.text('description', '');
  const mitre = reader.list('mitre', isText, 'a text');
  const references = reader.list('references', isText, 'a text');
  return {
    id: reader.integer('id', { from: 1, to: Number.MAX_SAFE_INTEGER }),
    name: reader.filledText('name'),
    priority: reader.integer('priority', { from: 1, to: 5 }),
    kingdom: reader.filledText('kingdom'),
    category: reader.filledText('category'),
    allRulesAlwaysActive: reader.flag('all_rules_always_active'),
    protocolIgnored: compat,
    rules: rules.toSorted((a, b) => a.stage - b.stage),
    ...(description === '' ? {} : { description }),
    ...(mitre.length === 0 ? {} : { mitre }),
    ...(references.length === 0 ? {} : { references }),
  };
};
