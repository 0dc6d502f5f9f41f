/** The code of a failed system call (`ENOENT`), or undefined where what was thrown is something else. */
export const errorCode = (thrown: unknown): string | undefined =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;

/** A failed system call in words, with its code. */
export const inWords = (thrown: unknown): string => {
  const code = errorCode(thrown);
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    ENOTDIR: 'a part of the path is no directory',
    EACCES: 'no permission to read it',
    EPERM: 'no permission to read it',
    ELOOP: 'symbolic links lead in a circle',
    EMFILE: 'too many files are open',
    ENFILE: 'too many files are open',
  };
  const said = code === undefined ? undefined : words[code];
  if (said !== undefined) return `${said} (${code ?? ''})`;
  return thrown instanceof Error ? thrown.message : String(thrown);
};
