// Reads an item's attributes as the types they were written with.
import type { Item } from '../port.ts';

/** Every item's `v`: what reads an item of another version must not guess at its meaning. */
export const ITEM_VERSION = 1;

/** The table holds something that this library cannot read: written by a newer flyball, or by someone else. */
export class UnreadableItem extends Error {
  override readonly name: string = 'UnreadableItem';
  readonly code = 'UNREADABLE_ITEM';
}

/** What a `Date` can hold, ms to either side of the epoch. */
const LAST_MOMENT_MS = 8.64e15;

export interface Fields {
  readonly text: (name: string) => string;
  readonly number: (name: string) => number;
  /** Epoch ms. */
  readonly moment: (name: string) => number;
  readonly bytes: (name: string) => Uint8Array;
  readonly optionalText: (name: string) => string | undefined;
  readonly optionalNumber: (name: string) => number | undefined;
  readonly optionalMoment: (name: string) => number | undefined;
}

/** The fields of an item of this version; throws `UnreadableItem` saying which item and which attribute. */
export function fieldsOf(item: Item): Fields {
  const where = `Item ${JSON.stringify([item['pk'], item['sk']])}`;
  if (item['v'] !== ITEM_VERSION) {
    throw new UnreadableItem(
      `${where} has version ${JSON.stringify(item['v'])}, and this flyball reads ${ITEM_VERSION}`,
    );
  }
  const wrong = (name: string, type: string) =>
    new UnreadableItem(`${where} should hold a ${type} in "${name}": it was not written by flyball`);

  function text(name: string): string {
    const value = item[name];
    if (typeof value !== 'string') throw wrong(name, 'text');
    return value;
  }
  function number(name: string): number {
    const value = item[name];
    if (typeof value !== 'number') throw wrong(name, 'number');
    return value;
  }
  function moment(name: string): number {
    const value = number(name);
    if (Math.abs(value) > LAST_MOMENT_MS) throw wrong(name, 'time');
    return value;
  }
  function bytes(name: string): Uint8Array {
    const value = item[name];
    if (!(value instanceof Uint8Array)) throw wrong(name, 'binary value');
    return value;
  }
  return {
    text,
    number,
    moment,
    bytes,
    optionalText: (name) => (item[name] === undefined ? undefined : text(name)),
    optionalNumber: (name) => (item[name] === undefined ? undefined : number(name)),
    optionalMoment: (name) => (item[name] === undefined ? undefined : moment(name)),
  };
}
