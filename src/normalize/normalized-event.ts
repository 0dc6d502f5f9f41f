/** A security event in dsiem's terms: what directives match on (dsiem.md §1). Absent text is "", an absent port or id 0. */
export interface NormalizedEvent {
  readonly id: string;
  /** Seconds since the epoch, rounded down. */
  readonly time: number;
  readonly sensor: string;
  readonly title: string;
  /** Canonical form (RFC 5952; an IPv4-mapped IPv6 address is the IPv4 address). */
  readonly srcIp: string;
  readonly dstIp: string;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly protocol: string;
  /** 0 on an event that has only a taxonomy. */
  readonly pluginId: number;
  readonly pluginSid: number;
  readonly product: string;
  readonly category: string;
  readonly subcategory: string;
  readonly customData1: string;
  readonly customLabel1: string;
  readonly customData2: string;
  readonly customLabel2: string;
  readonly customData3: string;
  readonly customLabel3: string;
}
