import { createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import { errorCode } from './listen-error.js';

/** A server for syslog over TLS (RFC 5425), TLS 1.2 or later; with a CA it accepts only clients with a certificate of that CA. */
export const createTlsServer = (options: {
  readonly credentials: SecureContextOptions;
  readonly handshakeTimeoutMs: number;
  readonly keepAliveMs: number;
}): Server => {
  const certificateNeeded = options.credentials.ca !== undefined;
  return createServer({
    ...options.credentials,
    requestCert: certificateNeeded,
    rejectUnauthorized: certificateNeeded,
    handshakeTimeout: options.handshakeTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelay: options.keepAliveMs,
  });
};

/** A failed handshake: why, in words; and whether it was for want of a client certificate that is accepted. */
export interface HandshakeFailure {
  readonly reason: string;
  readonly unauthorized: boolean;
}

/** Reads what `tlsClientError` reports. */
export const handshakeFailure = (error: Error, socket: TLSSocket): HandshakeFailure => {
  const code = errorCode(error);
  // Typed as an Error; Node gives the code of OpenSSL's verification as a string.
  const verification: unknown = socket.authorizationError;
  if (typeof verification === 'string') {
    return { reason: `its certificate is not accepted (${verification})`, unauthorized: true };
  }
  const known = reasons.get(code);
  return {
    reason: known ?? (code || error.message.slice(0, 200).replace(/\s+/g, ' ')),
    unauthorized: code === noCertificate,
  };
};

const noCertificate = 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE';
const plainText = 'it does not speak TLS; send plain text to the TCP input, or switch TLS on at the sender';
const reasons: ReadonlyMap<string, string> = new Map([
  [noCertificate, 'it has no client certificate, and this input asks for one'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', plainText],
  ['ERR_SSL_HTTP_REQUEST', plainText],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', plainText],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'it offers no TLS version from 1.2 on'],
  ['ERR_SSL_NO_SHARED_CIPHER', 'it offers no cipher in common'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', "it does not accept this input's certificate (unknown CA)"],
  ['ERR_TLS_HANDSHAKE_TIMEOUT', 'it took too long'],
  ['ECONNRESET', 'it hung up'],
]);
