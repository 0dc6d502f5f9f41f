import winston from 'winston';

/**
 * A winston transport onto a stream that takes the next line only when the stream has room (winston's own ignore a full
 * stream), and knows how many lines are under way.
 */
export class LineSink {
  /** To be given to the logger. */
  readonly transport: winston.transport;
  readonly #stream: NodeJS.WritableStream;
  readonly #lost: () => void;
  #underWay = 0;
  #waiting: (() => void)[] = [];

  /** `lost` is called for each line the stream refuses. */
  constructor(stream: NodeJS.WritableStream, lost: () => void) {
    this.#stream = stream;
    this.#lost = lost;
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston's types describe its transports by interfaces
    this.transport = new winston.transports.Stream({ stream, log: this.#log });
  }

  /** Lines given and neither written nor lost. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Counts a line on its way through the logger. */
  expect(): void {
    this.#underWay += 1;
  }

  /** Resolves once no line is under way. */
  async settled(): Promise<void> {
    if (this.#underWay > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  readonly #log = (info: { readonly message: string }, next: () => void): void => {
    let whenRoom: (() => void) | undefined;
    const room = this.#stream.write(`${info.message}\n`, (error) => {
      if (error) this.#lost();
      this.#settle();
      whenRoom?.();
    });
    if (room) next();
    else whenRoom = next;
  };

  #settle(): void {
    this.#underWay -= 1;
    if (this.#underWay > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }
}
