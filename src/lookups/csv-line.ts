/** The fields of one line of CSV (RFC 4180 §2; a line break inside quotes ends the line); undefined where a quote never ends. */
export const csvFields = (line: string, delimiter: string): string[] | undefined => {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let field: string;
    if (line[at] === '"') {
      const parts: string[] = [];
      do {
        const quote = line.indexOf('"', at + 1);
        if (quote < 0) return undefined;
        parts.push(line.slice(at + 1, quote));
        at = quote + 1;
      } while (line[at] === '"');
      field = parts.join('"');
    } else {
      const next = line.indexOf(delimiter, at);
      const end = next < 0 ? line.length : next;
      field = line.slice(at, end);
      at = end;
    }
    fields.push(field.trim());
    const next = line.indexOf(delimiter, at);
    if (next < 0) return fields;
    at = next + delimiter.length;
  }
};
