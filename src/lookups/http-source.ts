import type { HttpClient } from './http-get.js';
import type { Outcome, Term } from './outcome.js';
import { readNesdAnswer } from './nesd-answer.js';
import type { NesdDefinition, WiseDefinition } from './source-definition.js';
import { fillTemplate } from './url-template.js';
import { readWiseAnswer } from './wise-answer.js';

/** Asks a WISE or Nesd service about a term. Never rejects. */
export const askHttp = async (
  definition: WiseDefinition | NesdDefinition,
  term: Term,
  client: HttpClient,
): Promise<Outcome> => {
  const answer = await client.get(fillTemplate(definition.url, term));
  if (!('body' in answer)) return answer;
  return definition.plugin === 'Wise' ? readWiseAnswer(answer.body) : readNesdAnswer(answer.body, definition);
};
