import { expect } from 'chai';
import { CustomTexts } from '../../src/directives/custom-texts.js';
import type { NormalizedEvent } from '../../src/directives/index.js';

const event = (values: Partial<NormalizedEvent>): NormalizedEvent =>
  ({
    ...{ customData1: '', customLabel1: '', customData2: '', customLabel2: '', customData3: '', customLabel3: '' },
    ...values,
  }) as NormalizedEvent;

describe('CustomTexts', () => {
  it('gives pairs with content as JSON, in order, the same ones again for equal pairs', () => {
    const texts = new CustomTexts();
    const given = event({
      customLabel1: 'user',
      customData1: 'a"b',
      customLabel2: 'none',
      customLabel3: '',
      customData3: 'x',
    });
    expect(texts.of(given)).to.deep.equal(['["user","a\\"b"]', '["","x"]']);
    expect(texts.of({ ...given })).to.deep.equal(['["user","a\\"b"]', '["","x"]']);
  });

  it('tells equal contents of different labels apart, and is right about more pairs than it remembers', () => {
    const texts = new CustomTexts();
    for (let round = 0; round < 2; round += 1) {
      for (let i = 0; i < 10_000; i += 1) {
        const label = `label ${i % 3}`;
        const [text] = texts.of(event({ customLabel1: label, customData1: `user ${i}` }));
        expect(text).to.equal(JSON.stringify([label, `user ${i}`]));
      }
    }
    const [one] = texts.of(event({ customLabel1: 'one', customData1: 'same' }));
    const [other] = texts.of(event({ customLabel1: 'other', customData1: 'same' }));
    expect([one, other]).to.deep.equal(['["one","same"]', '["other","same"]']);
  });
});
