/** Why an event or a value left no trace, or something else worth a number; each is counted under its name. */
export type Reason =
  | 'whitelisted'
  | 'unmatched'
  | 'repeated'
  | 'out-of-order'
  | 'not-different'
  | 'limit-backlogs'
  | 'limit-backlogs-per-directive'
  | 'limit-addresses'
  | 'limit-custom-data'
  | 'limit-sticky'
  | 'limit-ids'
  | 'limit-ended'
  | 'limit-lookup-results'
  | 'lookup-too-late'
  | 'dropped-at-start'
  | 'directive-gone';
