import type { NormalizedEvent } from '../normalize/normalized-event.js';
import type { AddressFacts, AssetMap } from './asset-map.js';
import { CustomTexts } from './custom-texts.js';
import { fingerprint } from './hash.js';

/** The event being correlated, with what the assets say of its addresses; looked up once, when first asked. */
export class Subject {
  /** How many events it was turned to: tells what was worked out for this one from what was for another. */
  turn = 0;
  #event: NormalizedEvent | undefined;
  #custom: readonly string[] | undefined;
  readonly #texts = new CustomTexts();
  #id: number | undefined;
  #source: AddressFacts | undefined;
  #destination: AddressFacts | undefined;

  constructor(readonly assets: AssetMap) {}

  /** Turns to the next event. One subject serves all, so that an event costs no allocation. */
  turnTo(event: NormalizedEvent): void {
    this.turn += 1;
    this.#id = undefined;
    this.#event = event;
    this.#custom = undefined;
    this.#source = undefined;
    this.#destination = undefined;
  }

  /** @throws where no event has been given yet. */
  get event(): NormalizedEvent {
    if (this.#event === undefined) throw new Error('a subject was read before it was turned to an event');
    return this.#event;
  }

  /** Fingerprint of the event's id. */
  get id(): number {
    this.#id ??= fingerprint(this.event.id);
    return this.#id;
  }

  /** Its custom data as a backlog keeps it: pairs of label and content as JSON text, those without content left out. */
  get custom(): readonly string[] {
    this.#custom ??= this.#texts.of(this.event);
    return this.#custom;
  }

  get source(): AddressFacts {
    this.#source ??= this.assets.factsOf(this.event.srcIp);
    return this.#source;
  }

  get destination(): AddressFacts {
    this.#destination ??= this.assets.factsOf(this.event.dstIp);
    return this.#destination;
  }
}
