import koffi from 'koffi';

/** A system call failed; `code` is the error's name, e.g. `EADDRINUSE`, as in Node's own errors. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = Object.entries(koffi.os.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
    super(`${call} ${code}`);
    this.code = code;
  }
}

/** Errors of a socket that is asked not to wait, by number. */
export const { EAGAIN = 11, EINTR = 4 } = koffi.os.errno;

// The process has the C library loaded: its own symbols will do, whichever library that is.
const loaded = koffi.load(null);
const socketCall = loaded.func('int socket(int, int, int)');
const bindCall = loaded.func('int bind(int, void *, uint32_t)');
const getsocknameCall = loaded.func('int getsockname(int, void *, void *)');
const setsockoptCall = loaded.func('int setsockopt(int, int, int, void *, uint32_t)');
const getsockoptCall = loaded.func('int getsockopt(int, int, int, void *, void *)');
const recvmmsgCall = loaded.func('int recvmmsg(int, void *, uint32_t, int, void *)');
const pollCall = loaded.func('int poll(void *, unsigned long, int)');
const closeCall = loaded.func('int close(int)');

const checked = (call: string, result: unknown): number => {
  if (typeof result === 'number' && result >= 0) return result;
  throw new SystemCallError(call, koffi.errno());
};

const datagramSocket = 0o2 | 0o4000 | 0o2000000; // SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC

/** socket(2) for datagrams, which does not wait. @throws SystemCallError */
export const openDatagramSocket = (family: number): number => checked('socket', socketCall(family, datagramSocket, 0));

/** bind(2). @throws SystemCallError */
export const bind = (fd: number, address: Uint8Array): void => {
  checked('bind', bindCall(fd, address, address.length));
};

/** getsockname(2). @throws SystemCallError */
export const socketName = (fd: number, size: number): Uint8Array => {
  const address = new Uint8Array(size);
  checked('getsockname', getsocknameCall(fd, address, new Uint32Array([size])));
  return address;
};

/** setsockopt(2) of a number; false where it is refused. */
export const setOption = (fd: number, level: number, option: number, value: number): boolean =>
  setsockoptCall(fd, level, option, new Int32Array([value]), 4) === 0;

/** getsockopt(2) of a number. @throws SystemCallError */
export const getOption = (fd: number, level: number, option: number): number => {
  const value = new Int32Array(1);
  checked('getsockopt', getsockoptCall(fd, level, option, value, new Uint32Array([4])));
  return value[0] ?? 0;
};

/** recvmmsg(2): datagrams received, or minus the error's number. `vector` is an array of mmsghdr. */
export const receiveMany = (fd: number, vector: Uint8Array, most: number): number => {
  const count = recvmmsgCall(fd, vector, most, 0, null) as number;
  return count >= 0 ? count : -koffi.errno();
};

/** poll(2) for something to read, for so many ms at most. */
export const waitReadable = (fd: number, ms: number): void => {
  const readable = 1;
  pollCall(new Int32Array([fd, readable]), 1, ms);
};

/** close(2). */
export const close = (fd: number): void => {
  closeCall(fd);
};

/** Where memory lies that C functions write to later; it must stay referenced meanwhile. */
export const addressOf = (memory: Uint8Array): bigint => koffi.address(memory);
