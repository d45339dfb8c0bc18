// Plain values survive the way through DynamoDB's attribute values, in both forms of binary.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  marshalItem,
  marshalValue,
  type StoredAttribute,
  unmarshalItem,
  unmarshalValue,
} from '../../../store/marshal.ts';
import { UnreadableItem } from '../../../store/items/fields.ts';
import type { Item, Value } from '../../../store/port.ts';

const asBase64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const asBytes = (bytes: Uint8Array) => bytes;

const overTheWire = (json: string) => JSON.parse(json) as { [name: string]: StoredAttribute };

describe('a value', () => {
  const cases: [Value, unknown][] = [
    ['text', { S: 'text' }],
    ['', { S: '' }],
    [-1.5e-7, { N: '-1.5e-7' }],
    [1_763_700_000_123_456, { N: '1763700000123456' }],
    [false, { BOOL: false }],
    [null, { NULL: true }],
    [new Uint8Array([255, 0]), { B: '/wA=' }],
    [[1, ['a']], { L: [{ N: '1' }, { L: [{ S: 'a' }] }] }],
    [{ a: { b: true }, gone: undefined }, { M: { a: { M: { b: { BOOL: true } } } } }],
  ];
  it.each(cases)('%j is stored as %j', (value, attribute) => {
    expect(marshalValue(value, asBase64)).toEqual(attribute);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('%d is refused with its place', (number) => {
    expect(() => marshalItem({ counts: [{ ok: number }] }, asBytes)).toThrow(
      `item.counts[0].ok is ${number}: the store holds finite numbers only`,
    );
  });

  it('of a type flyball never writes is refused', () => {
    const set = { SS: ['a'] };
    expect(() => unmarshalValue(set as object)).toThrow('An attribute of type SS was not written by flyball');
    const item = { pk: { S: 'run#orders#x' }, sk: { S: 'bucket' }, deep: { M: { tags: set as object } } };
    expect(() => unmarshalItem(item)).toThrow(
      'Item ["run#orders#x","bucket"] cannot be read. An attribute of type SS was not written by flyball',
    );
    expect(() => unmarshalItem(item)).toThrow(UnreadableItem);
  });
});

describe('an item', () => {
  const value = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array(),
      fc.array(tie('value')),
      fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true }),
    ),
  })).value;

  const item: fc.Arbitrary<Item> = fc.dictionary(fc.string(), value, { noNullPrototype: true });

  it('comes back from the SDK as it was', () => {
    fc.assert(
      fc.property(item, (each) => {
        expect(unmarshalItem(marshalItem(each, asBytes))).toEqual(each);
      }),
    );
  });

  it('comes back over the wire as it was', () => {
    fc.assert(
      fc.property(item, (each) => {
        expect(unmarshalItem(overTheWire(JSON.stringify(marshalItem(each, asBase64))))).toEqual(each);
      }),
    );
  });

  it('keeps an attribute called __proto__ an attribute', () => {
    const back = unmarshalItem(overTheWire('{"__proto__":{"M":{"admin":{"BOOL":true}}}}'));
    expect(back['admin']).toBeUndefined();
    expect(Object.keys(back)).toEqual(['__proto__']);
  });
});
