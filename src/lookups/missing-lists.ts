import { statSync } from 'node:fs';
import { type Fault, messageOf } from '../fault.js';
import type { SourceDefinition } from './source-definition.js';

/** The list files that cannot be read now. They may come later: a run looks again. */
export const missingLists = (sources: readonly SourceDefinition[]): readonly Fault[] =>
  sources.flatMap((source) => {
    const fault = 'file' in source ? faultOf(source.file) : undefined;
    if (fault === undefined) return [];
    const where = `intel source ${JSON.stringify(source.name)}`;
    return [{ where, message: `its list ${fault}; it finds nothing until that is a file of addresses` }];
  });

const faultOf = (file: string): string | undefined => {
  try {
    return statSync(file).isFile() ? undefined : `${file} is no regular file`;
  } catch (cause) {
    return `cannot be read: ${messageOf(cause)}`;
  }
};
