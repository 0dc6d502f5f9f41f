import { messageOf } from '../fault.js';
import { type Input, InputError } from '../inputs/input.js';
import { errorCode } from '../inputs/listen-error.js';
import { createInput, type InputParts, type InputSpec } from './input-spec.js';

const isNotNeeded = (spec: InputSpec, cause: unknown): boolean =>
  spec.kind === 'http' && spec.optional && cause instanceof Error && errorCode(cause.cause) === 'EADDRINUSE';

/** Makes and starts all inputs. @throws InputError that names every one that cannot start; the others are stopped then. */
export const startInputs = async (specs: readonly InputSpec[], parts: InputParts): Promise<Input[]> => {
  const inputs: Input[] = [];
  const faults: string[] = [];
  for (const spec of specs) {
    const input = createInput(spec, parts);
    try {
      await input.start();
      inputs.push(input);
    } catch (cause) {
      if (isNotNeeded(spec, cause)) parts.log.warn(`going on without HTTP: ${messageOf(cause)}`);
      else faults.push(messageOf(cause));
    }
  }
  if (faults.length === 0) return inputs;
  await Promise.all(inputs.map((input) => input.stop()));
  throw new InputError(faults.join('\n'));
};
