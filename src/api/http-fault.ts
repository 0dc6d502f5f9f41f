/** A request that cannot be answered as asked; its message is shown to the sender. */
export class HttpFault extends Error {
  readonly code = 'HTTP';
  override readonly name = 'HttpFault';
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}
