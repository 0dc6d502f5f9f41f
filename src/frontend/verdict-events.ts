import { ErrorEvent } from '../events/event.js';

/** An entry of the journal was passed over: the core had died of it again and again. */
export class FrameSetAside extends ErrorEvent<typeof FrameSetAside.fields> {
  static override readonly fields = {
    seq: 'number',
    by: 'string',
    reason: 'string',
    input: 'string?',
    peer: 'string?',
    raw: 'string?',
  } as const;

  get summary(): string {
    const { seq, reason, input } = this.fields;
    return `journal entry ${seq}${input === undefined ? '' : ` of ${input}`} was set aside: ${reason}`;
  }
}

/** A module or plugin was turned off: it did not come back, or the core had died in it again and again. */
export class ModuleTurnedOff extends ErrorEvent<typeof ModuleTurnedOff.fields> {
  static override readonly fields = { off: 'string', reason: 'string' } as const;

  get summary(): string {
    return `${this.fields.off} was turned off until a restart or a changed configuration: ${this.fields.reason}`;
  }
}
