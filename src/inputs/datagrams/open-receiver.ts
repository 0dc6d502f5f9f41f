import { messageOf } from '../../fault.js';
import type { Log } from '../../module.js';
import { errorCode } from '../listen-error.js';
import { canBatch, openBatchReceiver } from './batch-receiver.js';
import type { DatagramReceiver, ReceiverOptions } from './receiver.js';
import { openSocketReceiver } from './socket-receiver.js';

/** Makes a receiver: many datagrams a system call where the platform can, one by one elsewhere. Rejects with the system's error. */
export const openReceiver = async (options: ReceiverOptions, log: Log): Promise<DatagramReceiver> => {
  if (!canBatch()) return openSocketReceiver(options);
  try {
    return await openBatchReceiver(options);
  } catch (cause) {
    if (errorCode(cause).startsWith('E') && !errorCode(cause).startsWith('ERR_')) throw cause;
    log.warn(`udp: datagrams are read one by one, which is slower: ${messageOf(cause)}`);
    return openSocketReceiver(options);
  }
};
