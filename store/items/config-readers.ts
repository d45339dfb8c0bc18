// The secrets that readers of a service's configuration sign with: a few of them, in one item, so that one read finds them all.
import { keys } from '../keys.ts';
import type { Item, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

export interface ConfigReader {
  /** Names it and gives nothing of it away. */
  readonly id: string;
  readonly name: string;
  /** In clear: whoever checks a signature makes it anew. It lets its bearer read this service's configuration, and nothing else. */
  readonly secret: string;
  /** ms since the epoch, as is the other time. */
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt?: number;
}

/** As many as Apollo takes: the next one beside the last while it is handed out, and a few more. */
export const MOST_READERS = 5;
const MOST_TRIES = 10;

interface Listed {
  readonly readers: readonly ConfigReader[];
  /** Grows with every change; 0 before there is any. */
  readonly seq: number;
}

export async function readConfigReaders(table: Table, service: string): Promise<readonly ConfigReader[]> {
  return (await read(table, service)).readers;
}

async function read(table: Table, service: string): Promise<Listed> {
  const item = await table.get(keys.configReaders(service), { consistent: true });
  if (!item) return { readers: [], seq: 0 };
  const { readers } = item;
  return {
    readers: Array.isArray(readers) ? readers.map((reader) => readerOf(item, reader)) : [],
    seq: fieldsOf(item).number('seq'),
  };
}

/**
 * Changes the list to what `change` makes of it, as it stands at that moment; undefined changes nothing. Gives what was
 * written, or undefined.
 */
export async function changeConfigReaders(
  table: Table,
  service: string,
  change: (readers: readonly ConfigReader[]) => readonly ConfigReader[] | undefined,
): Promise<readonly ConfigReader[] | undefined> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const { readers, seq } = await read(table, service);
    const changed = change(readers);
    if (!changed) return undefined;
    const { applied } = await table.put({
      item: {
        ...keys.configReaders(service),
        v: ITEM_VERSION,
        seq: seq + 1,
        readers: changed.map((reader) => ({ ...reader })),
      },
      ...(seq === 0
        ? { condition: 'attribute_not_exists(pk)' }
        : { condition: '#seq = :seq', names: { '#seq': 'seq' }, values: { ':seq': seq } }),
    });
    if (applied) return changed;
  }
  throw new Error(
    `The readers of the configuration of "${service}" were changed by others ${MOST_TRIES} times in a row`,
  );
}

function readerOf({ pk, sk }: Item, value: Item[string]): ConfigReader {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
  const { text, number, optionalNumber } = fieldsOf({ ...(isMap ? value : {}), pk, sk, v: ITEM_VERSION });
  const expiresAt = optionalNumber('expiresAt');
  return {
    ...{ id: text('id'), name: text('name'), secret: text('secret') },
    ...{ createdAt: number('createdAt'), createdBy: text('createdBy') },
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
