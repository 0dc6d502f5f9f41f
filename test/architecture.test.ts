import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};

/** One import of one file: `file` and, where it names a file of the project, `target` are paths from the root. */
interface Import {
  readonly file: string;
  readonly name: string;
  readonly target: string | undefined;
}

const sourcesIn = (dir: string): string[] =>
  readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.m?ts$/u.test(name))
    .map((name) => join(dir, name));

const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true };

const importsInText = (file: string, text: string): Import[] =>
  ts.preProcessFile(text, true, true).importedFiles.map(({ fileName: name }) => ({
    file,
    name,
    target: name.startsWith('.') ? join(dirname(file), name).replace(/\.js$/u, '.ts') : undefined,
  }));

/** Static and dynamic imports, re-exports and types alike. */
const importsOf = (file: string): Import[] => importsInText(file, readFileSync(join(root, file), 'utf8'));

const runtimeImports = new Map<string, readonly Import[]>();

/** The same without types, which are gone when the program runs. */
const runtimeImportsOf = (file: string): readonly Import[] => {
  const known = runtimeImports.get(file);
  if (known !== undefined) return known;
  const { outputText } = ts.transpileModule(readFileSync(join(root, file), 'utf8'), { compilerOptions });
  const found = importsInText(file, outputText);
  runtimeImports.set(file, found);
  return found;
};

const importsIn = (dir: string): Import[] => sourcesIn(dir).flatMap(importsOf);

/** All that a folder reaches when it runs: its own imports, and those of the files they lead to. */
const reachedFrom = (dir: string): Import[] => {
  const files = new Set(sourcesIn(dir));
  const reached: Import[] = [];
  for (const file of files) {
    for (const one of runtimeImportsOf(file)) {
      reached.push(one);
      if (one.target !== undefined) files.add(one.target);
    }
  }
  return reached;
};

const isNode = ({ name }: Import): boolean =>
  name.startsWith('node:') || builtinModules.includes(name.split('/')[0] ?? '');
const isIn = ({ target }: Import, dirs: readonly string[]): boolean =>
  target !== undefined && dirs.some((dir) => !relative(dir, target).startsWith('..'));
const isLibrary = ({ name }: Import): boolean =>
  Object.keys(dependencies).some((library) => name === library || name.startsWith(`${library}/`));

const expectNone = (imports: readonly Import[]): void => {
  expect(imports.map(({ file, name }) => `${file} imports ${name}`)).to.deep.equal([]);
};

describe('the import law', () => {
  for (const core of ['src/directives', 'src/syslog-parser', 'src/normalize']) {
    it(`${core} reaches no Node API, not even through others`, () => {
      expectNone([...importsIn(core), ...reachedFrom(core)].filter(isNode));
    });

    it(`${core} reaches nothing of inputs, api, store or cluster`, () => {
      const outer = ['src/inputs', 'src/api', 'src/web', 'src/store', 'src/cluster', 'src/cli', 'src/run'];
      expectNone([...importsIn(core), ...reachedFrom(core)].filter((one) => isIn(one, outer)));
    });
  }

  it('src/tail-file is a library of its own: itself, and of Node fs, path and zlib', () => {
    const allowed = ['node:fs', 'node:fs/promises', 'node:path', 'node:zlib'];
    expectNone(
      importsIn('src/tail-file').filter((one) => !isIn(one, ['src/tail-file']) && !allowed.includes(one.name)),
    );
  });

  it('src never imports modules, listeners or stacks', () => {
    expectNone(importsIn('src').filter((one) => isIn(one, ['modules', 'listeners', 'stacks'])));
  });

  it('modules and listeners import tocsin, their own private files and libraries', () => {
    for (const kind of ['modules', 'listeners']) {
      const others = importsIn(kind).filter((one) => {
        const [, name = ''] = one.file.split('/');
        const own = isIn(one, [join(kind, name.replace(/\.m?ts$/u, ''))]);
        return !own && !/^tocsin(?:\/|$)/u.test(one.name) && !isLibrary(one) && !isNode(one);
      });
      expectNone(others);
    }
  });

  it('modules do no I/O: they import no Node API', () => {
    expectNone(importsIn('modules').filter(isNode));
  });

  it('is held against what is there: every folder has sources', () => {
    for (const dir of [
      'src/directives',
      'src/syslog-parser',
      'src/normalize',
      'src/tail-file',
      'modules',
      'listeners',
    ]) {
      expect(sourcesIn(dir), dir).to.not.be.empty;
      expect(importsIn(dir), dir).to.not.be.empty;
    }
  });
});
