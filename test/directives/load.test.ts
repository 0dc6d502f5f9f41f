import { expect } from 'chai';
import { formatFault, loadDirectives, neverReachesRisk1 } from '../../src/directives/index.js';
import { directivesOf } from '../support/engine-run.js';
import { directive, faultsOf, file, type Json, rule } from './directive-file.js';

const warningsOf = (...directives: unknown[]): string[] =>
  loadDirectives([file(...directives)]).warnings.map(({ path, message }) => `${path}: ${message}`);

describe('loadDirectives()', () => {
  const faulty: readonly (readonly [string, Json, string])[] = [
    ['id 0', directive({ id: 0 }), 'directives[0].id: 0, an integer from 1 on would be right'],
    ['id as text', directive({ id: '1' }), 'directives[0].id: "1", an integer from 1 on would be right'],
    ['no name', directive({ name: undefined }), 'directives[0].name: missing, a text that is not empty would be right'],
    ['priority 6', directive({ priority: 6 }), 'directives[0].priority: 6, an integer 1–5 would be right'],
    ['empty kingdom', directive({ kingdom: '' }), 'directives[0].kingdom: "", a text that is not empty would be right'],
    [
      'category null',
      directive({ category: null }),
      'directives[0].category: null, a text that is not empty would be right',
    ],
    ['disabled as text', directive({ disabled: 'no' }), 'directives[0].disabled: "no", true or false would be right'],
    ['one rule', directive({}, [rule(1)]), 'directives[0].rules: 1 rules, a list of at least 2 would be right'],
    ['no rules', directive({ rules: undefined }), 'directives[0].rules: missing, a list of at least 2 would be right'],
    [
      'a stage twice',
      directive({}, [rule(1), rule(2), rule(2)]),
      'directives[0].rules[2].stage: 2 is here twice, each stage once would be right',
    ],
    [
      'a gap',
      directive({}, [rule(1), rule(3)]),
      'directives[0].rules[1].stage: 3 leaves a gap, 1–2 without gaps would be right',
    ],
    ['mitre as text', directive({ mitre: 'T1110' }), 'directives[0].mitre: "T1110", a list would be right'],
  ];
  for (const [what, given, expected] of faulty) {
    it(`refuses a directive with ${what}`, () => expect(faultsOf(given)).to.deep.equal([expected]));
  }

  it('lists all faults of all files with file, line and column', () => {
    const text = '{\n  "directives": [\n    { "id": 0, "name": "x",\n      "rules": 3 }\n  ]\n}';
    const { faults } = loadDirectives([
      { file: 'directives_a.json', text: '{ "directives": [}' },
      { file: 'directives_b.json', text },
      { file: 'directives_c.json', text: '{ "directive": [] }' },
      { file: 'directives_d.json', text: '[\u0007"x' },
    ]);
    expect(faults.map(formatFault)).to.deep.equal([
      'directives_a.json:1:18 not JSON: "}" is here, a value would be right',
      'directives_b.json:3:5 directives[0].priority: missing, an integer 1–5 would be right',
      'directives_b.json:3:5 directives[0].kingdom: missing, a text that is not empty would be right',
      'directives_b.json:3:5 directives[0].category: missing, a text that is not empty would be right',
      'directives_b.json:3:13 directives[0].id: 0, an integer from 1 on would be right',
      'directives_b.json:4:16 directives[0].rules: 3, a list of at least 2 would be right',
      'directives_c.json:1:1 the file holds the keys "directive", {"directives": […]} would be right',
      'directives_d.json:1:2 not JSON: "\\u0007" is here, a value would be right',
    ]);
  });

  it('refuses the same id in two files, naming both', () => {
    const { faults } = loadDirectives([
      file(directive()),
      { ...file(directive({ id: 2 }), directive()), file: 'b.json' },
    ]);
    expect(faults.map(({ file: name, path, message }) => [name, path, message])).to.deep.equal([
      [
        'b.json',
        'directives[1].id',
        '1 is the id of directives_a.json directives[0], too, an id of its own would be right',
      ],
    ]);
  });

  it('warns of unknown keys, suggesting what was meant', () => {
    expect(warningsOf(directive({ prority: 3, zzz: 1 }, [rule(1), rule(2, { sub_category: ['x'] })]))).to.deep.equal([
      'directives[0].rules[1].sub_category: this key is not known and does nothing, subcategory would be right',
      'directives[0].prority: this key is not known and does nothing, priority would be right',
      'directives[0].zzz: this key is not known and does nothing',
    ]);
  });

  it('knows two letters that changed places', () => {
    expect(warningsOf(directive({}, [rule(1), rule(2, { form: 'ANY' })]))).to.deep.equal([
      'directives[0].rules[1].form: this key is not known and does nothing, from would be right',
    ]);
  });

  it('warns of a later stage that ends at once', () => {
    expect(warningsOf(directive({}, [rule(1), rule(2, { timeout: undefined })]))).to.deep.equal([
      'directives[0].rules[1].timeout: 0 ends this stage within a second, a number of seconds would be right',
    ]);
  });

  it('fills in what may be absent', () => {
    const bare = {
      type: 'PluginRule',
      plugin_id: 1,
      plugin_sid: [1],
      occurrence: 1,
      from: 'ANY',
      to: 'ANY',
      reliability: 1,
    };
    const [one] = directivesOf({
      directives: [
        directive({}, [
          { ...bare, stage: 2 },
          { ...bare, stage: 1 },
        ]),
      ],
    });
    expect(one?.rules.map(({ stage }) => stage)).to.deep.equal([1, 2]);
    expect(one?.rules[0]).to.include({ name: '', portFrom: 'ANY', portTo: 'ANY', protocol: 'ANY', timeout: 0 });
    expect(Object.isFrozen(one?.rules[0])).to.equal(true);
  });

  it('leaves disabled directives out, but checks them', () => {
    expect(loadDirectives([file(directive({ disabled: true }))]))
      .to.include({ disabled: 1 })
      .and.property('directives').is.empty;
    expect(faultsOf(directive({ disabled: true, priority: 9 }))).to.have.length(1);
  });

  it('keeps the sound directives beside faulty ones, so that --lenient can go on with them', () => {
    const loaded = loadDirectives([file(directive({ priority: 9 }), 7, directive({ id: 2 }))]);
    expect(loaded.directives.map(({ id }) => id)).to.deep.equal([2]);
    expect(loaded.faults.map(({ path }) => path)).to.deep.equal(['directives[0].priority', 'directives[1]']);
  });

  it('reads a file with a byte order mark', () => {
    const { file: name, text } = file(directive());
    expect(loadDirectives([{ file: name, text: `\ufeff${text}` }]).directives).to.have.length(1);
  });

  it('is not misled by keys that objects inherit', () => {
    const text = '{"directives":[{"__proto__":{"id":1},"constructor":1}]}';
    expect(loadDirectives([{ file: 'f', text }]).faults.map(({ path }) => path)).to.include('directives[0].id');
    expect(({} as Json)['id']).to.equal(undefined);
  });

  it('finds the place of a fault in 23,500 directives within seconds', () => {
    const many = Array.from({ length: 23_500 }, (_, i) => directive({ id: i + 1, priority: i % 2 === 0 ? 9 : 1 }));
    const text = JSON.stringify({ directives: many }, null, 1);
    const started = performance.now();
    const { faults } = loadDirectives([{ file: 'many.json', text }]);
    expect(faults).to.have.length(11_750);
    expect(text.split('\n')[faults.at(-1)!.line - 1]).to.include('"priority": 9');
    expect(performance.now() - started).to.be.lessThan(15_000);
  }).timeout(60_000);
});

describe('loadDirectives() with compat: dsiem', () => {
  const compat = (...directives: unknown[]) => loadDirectives([file(...directives)], { compat: 'dsiem' });

  it('repairs what dsiem repairs, each with a warning', () => {
    const given = directive({ priority: 9 }, [
      rule(1, { occurrence: 3, reliability: -1, from: '10.0.0.1 10.0.0.2,  ! 10.0.0.3' }),
      rule(3, { reliability: 40, port_to: '22 80', from: ':1' }),
      rule(5, { to: ':3' }),
    ]);
    const { directives, faults, warnings } = compat(given);
    expect(faults).to.deep.equal([]);
    const [one] = directives;
    expect(one?.priority).to.equal(5);
    expect(one?.rules.map(({ stage, occurrence, reliability }) => [stage, occurrence, reliability])).to.deep.equal([
      [1, 1, 0],
      [2, 1, 10],
      [3, 1, 5],
    ]);
    expect(one?.rules[0]?.from).to.equal('10.0.0.1, 10.0.0.2, !10.0.0.3');
    expect(one?.rules[1]?.portTo).to.equal('22, 80');
    expect(one?.rules[2]?.to).to.equal(':2');
    expect(warnings.map(({ path }) => path)).to.have.members([
      'directives[0].priority',
      'directives[0].rules',
      'directives[0].rules[0].occurrence',
      'directives[0].rules[0].reliability',
      'directives[0].rules[0].from',
      'directives[0].rules[1].reliability',
      'directives[0].rules[1].port_to',
    ]);
  });

  it('warns of nothing where nothing needs repair', () => {
    expect(compat(directive({}, [rule(1, { to: '10.0.0.1, !10.0.0.2' }), rule(2)])).warnings).to.deep.equal([]);
  });

  it('still refuses what cannot be repaired', () => {
    expect(compat(directive({ id: 0 })).faults).to.have.length(1);
  });
});

describe('neverReachesRisk1()', () => {
  it('holds where priority, reliability and assets together are too small', () => {
    const [low] = directivesOf({ directives: [directive({ priority: 1 })] });
    expect(neverReachesRisk1(low!, 4)).to.equal(true);
    expect(neverReachesRisk1(low!, 5)).to.equal(false);
    expect(neverReachesRisk1(low!, 0)).to.equal(true);
  });
});
