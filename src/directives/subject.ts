import type { NormalizedEvent } from '../normalize/normalized-event.js';
import type { AddressFacts, AssetMap } from './asset-map.js';
import { fingerprint } from './hash.js';

/** The event being correlated, with what the assets say of its addresses; looked up once, when first asked. */
export class Subject {
  #event: NormalizedEvent | undefined;
  #id: number | undefined;
  #source: AddressFacts | undefined;
  #destination: AddressFacts | undefined;

  constructor(readonly assets: AssetMap) {}

  /** Turns to the next event. One subject serves all, so that an event costs no allocation. */
  turnTo(event: NormalizedEvent): void {
    this.#id = undefined;
    this.#event = event;
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

  get source(): AddressFacts {
    this.#source ??= this.assets.factsOf(this.event.srcIp);
    return this.#source;
  }

  get destination(): AddressFacts {
    this.#destination ??= this.assets.factsOf(this.event.dstIp);
    return this.#destination;
  }
}
