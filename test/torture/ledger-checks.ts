/** What the module `ledger` told of a record. */
export interface Entry {
  readonly text: string;
  readonly total: number;
}

/** What senders know of what they sent. */
export interface Sent {
  /** Ids that HTTP acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** Lines written to the followed file. */
  readonly fileLines: number;
}

const mostShown = 5;

/** One finding: what is wrong, how often, and the first cases. */
const finding = (what: string, cases: readonly string[]): string[] =>
  cases.length === 0
    ? []
    : [
        `${what}: ${cases.length}, such as ${cases.slice(0, mostShown).join(', ')}${cases.length > mostShown ? ', …' : ''}`,
      ];

/** Totals must run from 1 on without a gap: no record lost behind the journal, none worked on twice, none told twice. */
const checkTotals = (entries: readonly Entry[]): string[] => {
  const wrong: string[] = [];
  let wanted = 1;
  for (const { text, total } of entries) {
    if (total !== wanted) wrong.push(`${total} instead of ${wanted} (${text})`);
    wanted = total + 1;
  }
  return finding('totals out of sequence', wrong);
};

const checkOnce = (entries: readonly Entry[]): string[] => {
  const seen = new Set<string>();
  const repeated: string[] = [];
  for (const { text } of entries) {
    if (seen.has(text)) repeated.push(text);
    seen.add(text);
  }
  return finding('records told of twice', repeated);
};

const checkAcknowledged = (entries: readonly Entry[], { acknowledged }: Sent): string[] => {
  const texts = new Set(entries.map(({ text }) => text));
  return finding(
    'acknowledged events that are missing',
    [...acknowledged].filter((id) => !texts.has(id)),
  );
};

/**
 * Within a TCP connection nothing may be missing before what is there; datagrams may be missing, but must keep their order; of a
 * followed file every line must be there. Events over HTTP have no order: connections are answered side by side.
 */
const checkOrder = (entries: readonly Entry[], { fileLines }: Sent): string[] => {
  const next = new Map<string, number>();
  const wrong: string[] = [];
  for (const { text } of entries) {
    const dash = text.lastIndexOf('-');
    const session = text.slice(0, dash);
    const number = Number(text.slice(dash + 1));
    if (session.startsWith('http')) continue;
    const wanted = next.get(session) ?? 0;
    const isRight = session.startsWith('udp') ? number >= wanted : number === wanted;
    if (!isRight) wrong.push(`${text} instead of number ${wanted}`);
    next.set(session, number + 1);
  }
  const read = next.get('file-0') ?? 0;
  const missing = read === fileLines ? [] : [`${fileLines - read} from ${read} on`];
  return [
    ...finding('records missing or out of order', wrong),
    ...finding('ends of the followed file that are missing', missing),
  ];
};

/** All that is wrong with what was told of what was sent; nothing where all is well. */
export const checkLedger = (entries: readonly Entry[], sent: Sent): string[] => [
  ...checkTotals(entries),
  ...checkOnce(entries),
  ...checkAcknowledged(entries, sent),
  ...checkOrder(entries, sent),
];
