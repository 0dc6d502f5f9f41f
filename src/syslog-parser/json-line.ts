import { addFault } from './fault.js';
import { firstOf, isObject, type JsonObject, jsonNames } from './json-names.js';
import { takeJsonTime } from './json-time.js';
import { facilityOf, messageOf, severityOf, textOf } from './json-values.js';
import type { ParseOptions } from './parse-options.js';
import type { Draft } from './parsed-record.js';

const longestJson = 1_048_576;

/**
 * Takes a line that is one JSON object into the draft, by the names of jsonNames; without a message field the message
 * is the whole line. False for a line that is no JSON object, and, with a fault, for one over 1 Mi characters.
 */
export function takeJsonLine(text: string, draft: Draft, options: ParseOptions): boolean {
  if (text.length > longestJson) {
    addFault(draft, `the line is too long to be read as JSON: ${text.length} characters, at most ${longestJson} are`);
    return false;
  }
  const object = parseObject(text);
  if (object === undefined) return false;
  takeJsonTime(object, draft, options);
  draft.facility = firstOf(object, jsonNames.facility, facilityOf);
  draft.severity = firstOf(object, jsonNames.severity, severityOf);
  draft.host = firstOf(object, jsonNames.host, textOf);
  draft.app = firstOf(object, jsonNames.app, textOf);
  draft.pid = firstOf(object, jsonNames.pid, textOf);
  draft.msgId = firstOf(object, jsonNames.msgId, textOf);
  draft.message = firstOf(object, jsonNames.message, messageOf) ?? text;
  return true;
}

function parseObject(text: string): JsonObject | undefined {
  // Most texts in braces that are no JSON are told by their end, without the cost of an exception.
  if (!text.trimEnd().endsWith('}')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // No JSON after all: the line is plain text.
    return undefined;
  }
}
