// What one reader of a namespace is given: the revision in force, or the gray one for whoever is in its part.
import { readDocument, readState } from '../../../store/items/rules.ts';
import type { Table } from '../../../store/port.ts';
import { isGiven, type Reader } from '../config/gray-terms.ts';
import type { Values } from '../config/properties.ts';
import { digestOf } from '../digest.ts';

export interface Given {
  readonly revision: number;
  /** Names the revision and what it says: a namespace of another cell has none of the same key. */
  readonly releaseKey: string;
  readonly values: Values;
}

/** How many revisions an instance remembers: a poll that changes nothing costs one small read. */
const MOST_REMEMBERED = 50;

export type ReadGiven = (id: string, reader: Reader) => Promise<Given | undefined>;

/** Undefined when nothing is published. What is published under a number never changes. */
export function createReadGiven(table: Table): ReadGiven {
  const remembered = new Map<string, Given>();
  return async (id, reader) => {
    const { head, gray, removed } = await readState(table, id);
    if (!head || removed) return undefined;
    const revision = gray && isGiven(id, gray, reader) ? gray.revision : head.revision;
    const name = `${id}\n${revision}`;
    const known = remembered.get(name);
    if (known) return known;
    // Only what was validated is ever published.
    const values = (await readDocument(table, id, revision, 0)) as Values;
    const given = { revision, values, releaseKey: `${revision}-${digestOf(values)}` };
    const [oldest] = remembered.keys();
    if (remembered.size >= MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    remembered.set(name, given);
    return given;
  };
}
