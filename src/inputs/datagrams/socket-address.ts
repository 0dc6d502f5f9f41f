import ipaddr from 'ipaddr.js';

/** Linux's numbers of the address families. */
export const families = { ipv4: 2, ipv6: 10 } as const;
/** Size of the larger of the two, sockaddr_in6. */
export const socketAddressBytes = 28;

/** A sockaddr_in or sockaddr_in6 as Linux has it on little-endian machines (ip(7), ipv6(7)). `address` is numeric, with a scope where it is link-local. */
export const encodeSocketAddress = (address: string, port: number, scope: number): Uint8Array => {
  const parsed = ipaddr.parse(address.replace(/%.*$/u, ''));
  const isV6 = parsed.kind() === 'ipv6';
  const bytes = new Uint8Array(isV6 ? socketAddressBytes : 16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, isV6 ? families.ipv6 : families.ipv4, true);
  view.setUint16(2, port);
  bytes.set(parsed.toByteArray(), isV6 ? 8 : 4);
  if (isV6) view.setUint32(24, scope, true);
  return bytes;
};

/** Address and port of such bytes. */
export const decodeSocketAddress = (bytes: Uint8Array): { readonly address: string; readonly port: number } => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isV6 = view.getUint16(0, true) === families.ipv6;
  const address = isV6
    ? new ipaddr.IPv6([...bytes.subarray(8, 24)]).toRFC5952String()
    : [...bytes.subarray(4, 8)].join('.');
  return { address, port: view.getUint16(2) };
};
