import { type AppendFiles, type AppendHandle, realFiles } from '../../src/appender/append-files.js';

const systemError = (code: string): Error => Object.assign(new Error(`${code}: made by the test`), { code });

/** The real file system with a disk of limited room, on which writes are short at will. */
export class FaultyFiles implements AppendFiles {
  /** Bytes that can still be written; then ENOSPC. */
  room = Number.POSITIVE_INFINITY;
  /** Most bytes a write takes. */
  shortWrite = Number.POSITIVE_INFINITY;
  truncateFails = false;
  syncFails = false;
  readonly stat = realFiles.stat;
  readonly rename = realFiles.rename;
  readonly mkdir = realFiles.mkdir;
  readonly readdir = realFiles.readdir;
  readonly syncDir = realFiles.syncDir;

  async open(path: string, flags: 'a+' | 'r+', mode: number): Promise<AppendHandle> {
    const handle = await realFiles.open(path, flags, mode);
    return {
      stat: () => handle.stat(),
      read: (buffer, offset, length, position) => handle.read(buffer, offset, length, position),
      close: () => handle.close(),
      datasync: async () => {
        if (this.syncFails) throw systemError('EIO');
        await handle.datasync();
      },
      truncate: async (length) => {
        if (this.truncateFails) throw systemError('EIO');
        await handle.truncate(length);
      },
      write: async (buffer, offset, length) => {
        const bytes = Math.min(length, this.room, this.shortWrite);
        if (bytes === 0) throw systemError('ENOSPC');
        this.room -= bytes;
        return await handle.write(buffer, offset, bytes);
      },
    };
  }
}
