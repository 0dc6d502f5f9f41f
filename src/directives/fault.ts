import { type JsonPath, locate } from './json-positions.js';

/** A configuration file as read: its name for messages, and its text. */
export interface ConfigFile {
  readonly file: string;
  readonly text: string;
}

/** Something wrong, or worth a warning, at one place of a configuration file. */
export interface Fault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** Such as `directives[3].rules[0].from`; "" for the file itself. */
  readonly path: string;
  /** What is wrong, what would be right. */
  readonly message: string;
}

/** A fault whose line and column are not known yet. */
export interface Finding {
  readonly path: JsonPath;
  readonly message: string;
}

const formatPath = (path: JsonPath): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');

const visible = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** `file:line:column path: what is wrong, what would be right`, control characters escaped. */
export const formatFault = (fault: Fault): string =>
  visible(`${fault.file}:${fault.line}:${fault.column} ${fault.path === '' ? '' : `${fault.path}: `}${fault.message}`);

/** Finds line and column of each finding. Reads the text again, so only worth it where something was found. */
export const placeFindings = ({ file, text }: ConfigFile, findings: readonly Finding[]): Fault[] => {
  if (findings.length === 0) return [];
  const places = locate(
    text,
    findings.map((finding) => finding.path),
  );
  return findings.map((finding, i) => ({
    file,
    line: places[i]?.line ?? 1,
    column: places[i]?.column ?? 1,
    path: formatPath(finding.path),
    message: finding.message,
  }));
};

/** Orders faults as they stand in the files. */
export const byPlace = (a: Fault, b: Fault): number => {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
};
