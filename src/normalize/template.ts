import { PatternFault } from './pattern-parts.js';

/** A template cut into literal text and places for fields, each with the fields to try in order. */
export type TemplatePart = string | { readonly fields: readonly string[] };

/** Reads `"{user} on {@host|other}"`; `{{` is a brace. */
export const readTemplate = (text: string): readonly TemplatePart[] | PatternFault => {
  const parts: TemplatePart[] = [];
  let plain = '';
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (char !== '{') {
      plain += char;
    } else if (text.charAt(i + 1) === '{') {
      plain += '{';
      i += 1;
    } else {
      const end = text.indexOf('}', i);
      const fields = text.slice(i + 1, end).split('|');
      if (end < 0 || fields.some((field) => field === '')) {
        return new PatternFault(
          `has a { at character ${i + 1} that names no field; {field}, or {{ for a brace, would be right`,
        );
      }
      if (plain !== '') parts.push(plain);
      parts.push({ fields });
      plain = '';
      i = end;
    }
  }
  if (plain !== '' || parts.length === 0) parts.push(plain);
  return parts;
};

/** Gives a value out of what was read from a line; "" where it is absent. */
export type Get<F> = (fields: F) => string;

const firstOf =
  <F>(getters: readonly Get<F>[]): Get<F> =>
  (fields) => {
    for (const get of getters) {
      const value = get(fields);
      if (value !== '') return value;
    }
    return '';
  };

const partGetter = <F>(part: TemplatePart, getter: (field: string) => Get<F>): Get<F> => {
  if (typeof part === 'string') return () => part;
  const getters = part.fields.map(getter);
  const [only] = getters;
  return getters.length === 1 && only !== undefined ? only : firstOf(getters);
};

/** Compiles a template to a function of the fields. */
export const compileTemplate = <F>(parts: readonly TemplatePart[], getter: (field: string) => Get<F>): Get<F> => {
  const getters = parts.map((part) => partGetter(part, getter));
  const [only] = getters;
  if (getters.length === 1 && only !== undefined) return only;
  return (fields) => {
    let text = '';
    for (const get of getters) text += get(fields);
    return text;
  };
};

/** The values a template may have, in order: its fields' values where it is one place, else its whole text. */
export const compileCandidates = <F>(
  parts: readonly TemplatePart[],
  getter: (field: string) => Get<F>,
): readonly Get<F>[] => {
  const [only] = parts;
  return parts.length === 1 && only !== undefined && typeof only !== 'string'
    ? only.fields.map(getter)
    : [compileTemplate(parts, getter)];
};
