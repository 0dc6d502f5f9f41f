import type { NormalizedEvent } from '../normalize/normalized-event.js';
import type { FirstEvent, StageProgress } from './backlog.js';

/** A field an event shares with the first event of a stage. */
export type PinField = keyof FirstEvent;

/**
 * A rule wants one field to have one value: written in the rule, or that of an earlier stage's first event (`:N`).
 * Such rules are found by that value through a hash key.
 */
export interface Pin {
  readonly field: PinField;
  /** Compared ignoring case. */
  readonly folded: boolean;
  /** Stage the value comes from; 0 where it is `literal`. */
  readonly stage: number;
  readonly literal: PinValue;
}

export type PinValue = string | number;

const fieldOf = (field: PinField, from: NormalizedEvent | FirstEvent): PinValue => {
  switch (field) {
    case 'srcIp':
      return from.srcIp;
    case 'dstIp':
      return from.dstIp;
    case 'srcPort':
      return from.srcPort;
    case 'dstPort':
      return from.dstPort;
    case 'protocol':
      return from.protocol;
    case 'customData1':
      return from.customData1;
    case 'customData2':
      return from.customData2;
    case 'customData3':
      return from.customData3;
  }
};

/** What an event has where the pin looks. */
const readPin = (pin: Pin, event: NormalizedEvent | FirstEvent): PinValue => {
  const value = fieldOf(pin.field, event);
  return pin.folded && typeof value === 'string' ? value.toLowerCase() : value;
};

/** What the pin wants, given the stages so far; undefined where the stage it refers to has no first event. */
const wantedByPin = (pin: Pin, stages: readonly StageProgress[]): PinValue | undefined => {
  if (pin.stage === 0) return pin.literal;
  const first = stages[pin.stage - 1]?.first;
  return first === undefined || first === null ? undefined : readPin(pin, first);
};

/** The hash key of an event, over all pins of a rule. Different values may share a key; equal values always do. */
export const eventKey = (pins: readonly Pin[], event: NormalizedEvent): PinValue => {
  const [first] = pins;
  if (first === undefined) return '';
  let key = readPin(first, event);
  for (let i = 1; i < pins.length; i += 1) {
    const pin = pins[i];
    if (pin !== undefined) key = `${key}\n${readPin(pin, event)}`;
  }
  return key;
};

/** The key an event must have to be wanted; undefined where no event can be. */
export const wantedKey = (pins: readonly Pin[], stages: readonly StageProgress[]): PinValue | undefined => {
  let key: PinValue | undefined;
  for (const pin of pins) {
    const value = wantedByPin(pin, stages);
    if (value === undefined) return undefined;
    key = key === undefined ? value : `${key}\n${value}`;
  }
  return key ?? '';
};

/** True where the event has exactly what every pin wants. */
export const pinsHold = (pins: readonly Pin[], event: NormalizedEvent, stages: readonly StageProgress[]): boolean => {
  for (const pin of pins) {
    if (readPin(pin, event) !== wantedByPin(pin, stages)) return false;
  }
  return true;
};
