import { ErrorEvent } from '../events/event.js';

/** A module threw; the stack went on without its view of this record. */
export class ModuleFailed extends ErrorEvent<typeof ModuleFailed.fields> {
  static override readonly fields = { failed: 'string', call: 'string', error: 'string', raw: 'string?' } as const;

  get summary(): string {
    const { failed, call, error } = this.fields;
    return `module ${failed} failed in ${call}: ${error}`;
  }
}
