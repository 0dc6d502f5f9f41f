import type { LookupResult, ModuleContext } from 'tocsin';
import type { Engine, Reason } from 'tocsin/directives';

/** Where dsiem-rs keeps its backlogs: a file for each directive (dsiem.md §8). */
export const savedBacklogFiles = ['backlogs/*.json'];

const words: Partial<Record<Reason, string>> = {
  imported: 'imported',
  'import-known': 'taken up before',
  'import-malformed': 'no backlog',
  'import-unknown-directive': 'of a directive that is not there',
  'import-other-directive': 'of another kingdom or category than the directive’s',
  'import-over': 'over',
  'import-no-stage': 'in no stage that can go on',
  'import-no-first-event': 'whose first event cannot be told',
  'import-full': 'past the limit of live backlogs',
  'dropped-at-start': 'dropped, for none are to be kept',
};

/** Whether a result is a file of saved backlogs. */
export const isSavedBacklogs = ({ source, id }: LookupResult): boolean =>
  source === 'import' && id.startsWith('import:');

/** Gives the backlogs of a file to the engine, and says what came of them. The file's name is the directive's id. */
export const takeSavedBacklogs = (file: LookupResult, engine: Engine, { log }: Pick<ModuleContext, 'log'>): void => {
  const directive = Number(/\/(\d{1,15})\.json$/.exec(file.id)?.[1] ?? 0);
  const outcome = engine.importBacklogs(directive, file.result);
  const said = [...outcome].map(([reason, count]) => `${count} ${words[reason] ?? reason}`);
  const message = `backlogs of dsiem-rs, directive ${directive}: ${said.length === 0 ? 'none' : said.join(', ')}`;
  const isWhole = [...outcome.keys()].every((reason) => reason === 'imported' || reason === 'import-known');
  if (isWhole) log.info(message);
  else log.warn(message);
};
