import type { NormalizedEvent } from '../normalize/normalized-event.js';

const REMEMBERED = 4096;

/** Custom data as backlogs keep it: pairs of label and content as JSON text. The last few are remembered, since the same ones come again and again. */
export class CustomTexts {
  readonly #byLabel = new Map<string, Map<string, string>>();
  #size = 0;

  /** Those of an event; pairs without content are left out. */
  of(event: NormalizedEvent): readonly string[] {
    const texts: string[] = [];
    if (event.customData1 !== '') texts.push(this.#text(event.customLabel1, event.customData1));
    if (event.customData2 !== '') texts.push(this.#text(event.customLabel2, event.customData2));
    if (event.customData3 !== '') texts.push(this.#text(event.customLabel3, event.customData3));
    return texts;
  }

  #text(label: string, content: string): string {
    const known = this.#byLabel.get(label)?.get(content);
    if (known !== undefined) return known;
    const text = JSON.stringify([label, content]);
    if (this.#size >= REMEMBERED) {
      this.#byLabel.clear();
      this.#size = 0;
    }
    const byContent = this.#byLabel.get(label) ?? new Map<string, string>();
    byContent.set(content, text);
    this.#byLabel.set(label, byContent);
    this.#size += 1;
    return text;
  }
}
