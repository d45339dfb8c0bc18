// Turns plain values into DynamoDB's attribute values and back.
import { UnreadableItem } from './items/fields.ts';
import type { Item, Value } from './port.ts';

/** DynamoDB's tagged value; `B` is bytes for the SDK, base64 text on the wire. */
export type Attribute<B> =
  | { S: string }
  | { N: string }
  | { BOOL: boolean }
  | { NULL: true }
  | { B: B }
  | { L: Attribute<B>[] }
  | { M: Attributes<B> };

export type Attributes<B> = { [name: string]: Attribute<B> };

/** What may come back: the SDK's type and the wire's JSON both fit, as do sets written by someone else. */
export interface StoredAttribute {
  S?: string | undefined;
  N?: string | undefined;
  BOOL?: boolean | undefined;
  NULL?: boolean | undefined;
  B?: Uint8Array | string | undefined;
  L?: readonly StoredAttribute[] | undefined;
  M?: { readonly [name: string]: StoredAttribute } | undefined;
}

/** Marshals one value. Throws TypeError naming the path of a number that DynamoDB cannot hold. */
export function marshalValue<B>(value: Value, binary: (bytes: Uint8Array) => B, path = 'value'): Attribute<B> {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${path} is ${value}: the store holds finite numbers only`);
    return { N: String(value) };
  }
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (value instanceof Uint8Array) return { B: binary(value) };
  if (Array.isArray(value)) return { L: value.map((entry, i) => marshalValue(entry, binary, `${path}[${i}]`)) };
  return { M: marshalItem(value, binary, path) };
}

/** Marshals an item; attributes that are undefined are left out. */
export function marshalItem<B>(
  item: { readonly [name: string]: Value | undefined },
  binary: (bytes: Uint8Array) => B,
  path = 'item',
): Attributes<B> {
  const attributes: [string, Attribute<B>][] = [];
  for (const [name, value] of Object.entries(item)) {
    if (value !== undefined) attributes.push([name, marshalValue(value, binary, `${path}.${name}`)]);
  }
  // fromEntries defines own properties, so that an attribute called `__proto__` is only an attribute.
  return Object.fromEntries(attributes);
}

/** The plain value of an attribute. Throws `UnreadableItem` on a type that flyball never writes (a set). */
export function unmarshalValue(attribute: StoredAttribute): Value {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.NULL !== undefined) return null;
  if (attribute.B !== undefined) return typeof attribute.B === 'string' ? fromBase64(attribute.B) : attribute.B;
  if (attribute.L !== undefined) return attribute.L.map(unmarshalValue);
  if (attribute.M !== undefined) return plainItem(attribute.M);
  throw new UnreadableItem(`An attribute of type ${Object.keys(attribute).join()} was not written by flyball`);
}

/** Throws `UnreadableItem`, naming the item. */
export function unmarshalItem(attributes: { readonly [name: string]: StoredAttribute }): Item {
  try {
    return plainItem(attributes);
  } catch (error) {
    if (!(error instanceof UnreadableItem)) throw error;
    const where = JSON.stringify([attributes['pk']?.S, attributes['sk']?.S]);
    throw new UnreadableItem(`Item ${where} cannot be read. ${error.message}`, { cause: error });
  }
}

function plainItem(attributes: { readonly [name: string]: StoredAttribute }): Item {
  return Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, unmarshalValue(attribute)]));
}

/** A plain Uint8Array, not a Buffer: callers compare and pass it on as the port's type. */
function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
