import type { LookupFindings } from './lookup-question.js';
import { type Outcome, shownTerm } from './outcome.js';

/** Bounds one journal entry. */
const mostCharacters = 256 * 1024;

/** What a source said of several terms, as one result; `cut`: hits past what a result may hold. */
export const gatherFindings = (
  provider: string,
  outcomes: readonly { readonly term: string; readonly outcome: Outcome }[],
): { readonly findings: LookupFindings; readonly cut: number } => {
  const hits: { provider: string; term: string; result: string }[] = [];
  const failed: string[] = [];
  let cut = 0;
  let characters = 0;
  for (const { term, outcome } of outcomes) {
    if ('reason' in outcome) {
      failed.push(term);
      continue;
    }
    for (const result of outcome.results) {
      characters += provider.length + term.length + result.length;
      if (characters <= mostCharacters) hits.push({ provider, term: shownTerm(term), result });
      else cut += 1;
    }
  }
  return { findings: { hits, failed }, cut };
};
