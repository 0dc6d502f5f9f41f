/** Something wrong in what the user wrote: where (`file:line:column path`), what is wrong and what would be right. */
export interface Fault {
  readonly where: string;
  readonly message: string;
}

/** Configuration that cannot be used; carries every fault that was found, and what else was doubtful. */
export class ConfigurationError extends Error {
  readonly code = 'CONFIGURATION';
  override readonly name = 'ConfigurationError';
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];

  constructor(faults: readonly Fault[], warnings: readonly Fault[] = []) {
    super(faults.map(({ where, message }) => `${where}: ${message}`).join('\n'));
    this.faults = faults;
    this.warnings = warnings;
  }
}

/** The text of anything that was thrown, also of what has none; never throws. */
export const messageOf = (thrown: unknown): string => {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return `${typeof thrown} without a text`;
  }
};
