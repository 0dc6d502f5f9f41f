/** Takes a datagram: its bytes are valid during the call alone; `peer` is the sender's address as text, `receivedAt` in ms since the epoch. */
export type OnDatagram = (bytes: Uint8Array, start: number, end: number, peer: string, receivedAt: number) => void;

/** Where to receive datagrams, and who takes them. */
export interface ReceiverOptions {
  /** Numeric. */
  readonly address: string;
  readonly family: 4 | 6;
  /** 0: any free one. */
  readonly port: number;
  readonly onDatagram: OnDatagram;
  /** The socket reports something; receiving goes on. */
  readonly onError: (message: string) => void;
}

/** A bound socket that receives datagrams. */
export interface DatagramReceiver {
  readonly address: string;
  readonly port: number;
  /** Bytes the kernel keeps until they are read, as it counts them. */
  readonly receiveBuffer: number;
  /** Takes what the kernel holds, for half a second at most, and closes the socket. Nothing is offered after it resolves. */
  close(): Promise<void>;
}
