/** Structured data: element id → parameter name → value, in objects without a prototype (RFC 5424 §6.3). */
export type ParsedStructuredData = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What one line says; every key is always present, so that all records have one shape. */
export interface ParsedRecord {
  /** When it happened, whole ms since the epoch; the time of receipt where the line has no usable time. */
  readonly time: number;
  /** Whether `time` is what the line said. */
  readonly timeStamped: boolean;
  /** 0–23 (RFC 5424 §6.2.1). */
  readonly facility: number | undefined;
  /** 0–7 (RFC 5424 §6.2.1). */
  readonly severity: number | undefined;
  readonly host: string | undefined;
  /** The tag or APP-NAME; of Cisco lines the mnemonic, as `%ASA-6-106015`. */
  readonly app: string | undefined;
  readonly pid: string | undefined;
  readonly msgId: string | undefined;
  readonly structuredData: ParsedStructuredData | undefined;
  /** The text after header and tag; control characters are kept. */
  readonly message: string;
  /** What was wrong with the line, in words, control characters escaped. */
  readonly fault: string | undefined;
}

/** A record while its line is read. */
export type Draft = { -readonly [Key in keyof ParsedRecord]: ParsedRecord[Key] };

/** A record of which nothing is known yet but when it was received. */
export function newDraft(receivedAt: number): Draft {
  return {
    time: Math.floor(receivedAt),
    timeStamped: false,
    facility: undefined,
    severity: undefined,
    host: undefined,
    app: undefined,
    pid: undefined,
    msgId: undefined,
    structuredData: undefined,
    message: '',
    fault: undefined,
  };
}
