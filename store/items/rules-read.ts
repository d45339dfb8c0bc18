// Reads published rules: the part of store/items/rules.ts that is bundled into every governed function.
import { instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Item, Table, Value } from '../port.ts';
import { fieldsOf, UnreadableItem } from './fields.ts';

/** What a service's instances poll: the newest revision, in an item of a few dozen bytes. */
export interface RulesHead {
  /** Grows by one with every change of the head; a head with a lower one than seen before is to be ignored. */
  readonly seq: number;
  readonly revision: number;
  /** ms since the epoch. */
  readonly publishedAt: number;
  /** The oldest library that understands the whole document, e.g. `0.2.0`; absent when every library does. */
  readonly needs?: string | undefined;
  /** When a gray publication was started, stepped or ended since, in ms since the epoch. */
  readonly changedAt?: number | undefined;
  /** The gray publication under way, as it is stored: `grayOf` reads it. */
  readonly gray?: Value | undefined;
}

/** Limits of a rule document's JSON; reading enforces them too, since the table is not to be trusted with our memory. */
export const LARGEST_DOCUMENT_BYTES = 256 * 1024;
export const LARGEST_COMPRESSED_BYTES = 64 * 1024;

/** The head, or undefined when nothing has been published. */
export async function readHead(
  table: Table,
  service: string,
  options?: CallOptions & { readonly consistent?: boolean },
): Promise<RulesHead | undefined> {
  return headOf(await table.get(instanceKeys.rulesHead(service), options));
}

/** A head item as such; undefined also while a first publish is under way and has only reserved its turn. */
export function headOf(item: Item | undefined): RulesHead | undefined {
  if (item?.['seq'] === undefined) return undefined;
  const { number, optionalText, optionalNumber } = fieldsOf(item);
  return {
    seq: number('seq'),
    revision: number('revision'),
    publishedAt: number('publishedAt'),
    needs: optionalText('needs'),
    changedAt: optionalNumber('changedAt'),
    gray: item['gray'],
  };
}

/**
 * A published revision's document as plain JSON, from one of its copies (0 to RULE_COPIES − 1). Throws `UnreadableItem`
 * when that copy is not there or is damaged. With the head's `fence` any replica will do whose copy has it: that costs
 * half of a consistent read, which is what all else needs, since a publisher that lost its race may have written this copy
 * a moment before the winner did.
 */
export async function readDocument(
  table: Table,
  service: string,
  revision: number,
  copy: number,
  options?: CallOptions,
  fence?: Value,
): Promise<unknown> {
  const key = instanceKeys.rulesCopy(service, revision, copy);
  const ask = (consistent: boolean) => table.get(key, { ...options, consistent });
  // What unpacks it takes 2 ms to load, the first time: while the answer is on its way they cost nobody anything.
  setImmediate(zlib);
  let item = await ask(fence === undefined);
  if (fence !== undefined && item?.['fence'] !== fence) item = await ask(true);
  if (item === undefined) {
    throw new UnreadableItem(
      `Copy ${copy} of revision ${revision} of service "${service}" is missing: publish it again`,
    );
  }
  return JSON.parse(unpack(fieldsOf(item).bytes('document')));
}

// A static import would load zlib in every cold start; most find their rules unchanged.
const zlib = () => process.getBuiltinModule('node:zlib');

/** Text from its gzipped bytes. Throws RangeError when it is larger than any document may be. */
export function unpack(packed: Uint8Array): string {
  return zlib().gunzipSync(packed, { maxOutputLength: LARGEST_DOCUMENT_BYTES }).toString('utf8');
}
