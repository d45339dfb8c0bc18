// Pages of API keys that tell nothing of those which their reader is not to see.
import { listApiKeys, type ApiKey } from '../../../store/items/api-keys.ts';
import type { Table } from '../../../store/port.ts';
import { badRequest } from '../../api/index.ts';

const AT_ONCE = 100;
/** What one page looks through; a longer way goes on with the cursor. */
const MOST_LOOKED_AT = 1_000;

const ID_LENGTH = 16;
/** Of a hash, where a page has ended among keys that are not shown: names none of them. */
const COARSE_LENGTH = 4;
/** Sorts behind all that begins with what precedes it: hashes are hex. */
const BEHIND = 'g';
const POSITION = /^([0-9a-f]{4}|[0-9a-f]{16}g)$/;

export interface KeysWanted {
  readonly limit: number;
  /** From an earlier page. */
  readonly cursor?: string;
  readonly isShown: (key: ApiKey) => boolean;
}

/** @throws {Problem} 400 for a cursor that no page gave. */
export async function pageOfKeys(
  table: Table,
  { limit, cursor = '', isShown }: KeysWanted,
): Promise<{ readonly keys: readonly ApiKey[]; readonly cursor?: string }> {
  if (cursor !== '' && !POSITION.test(cursor)) {
    throw badRequest('The cursor is not one that this list gave; start again without it.');
  }
  const keys: ApiKey[] = [];
  let position = cursor;
  for (let lookedAt = 0; ; lookedAt += AT_ONCE) {
    const page = await listApiKeys(table, { from: position, limit: AT_ONCE });
    for (const key of page.keys.filter(isShown)) {
      if (keys.length === limit) return { keys, cursor: behind(keys) };
      keys.push(key);
    }
    if (page.last === undefined) return { keys };
    if (lookedAt + AT_ONCE >= MOST_LOOKED_AT) return { keys, cursor: furthest(behind(keys), page.last) };
    position = `${page.last}${BEHIND}`;
  }
}

/** All that fit, however many there are. */
export async function allKeys(table: Table, fits: (key: ApiKey) => boolean): Promise<ApiKey[]> {
  const found: ApiKey[] = [];
  let position: string | undefined = '';
  while (position !== undefined) {
    const { keys, last } = await listApiKeys(table, { from: position, limit: AT_ONCE });
    found.push(...keys.filter(fits));
    position = last === undefined ? undefined : `${last}${BEHIND}`;
  }
  return found;
}

/** Behind the last that is shown, which its reader knows. */
function behind(keys: readonly ApiKey[]): string {
  const last = keys.at(-1);
  return last === undefined ? '' : `${last.hash.slice(0, ID_LENGTH)}${BEHIND}`;
}

/** What lies between is looked at again: sooner that than a name of a key that is not shown. */
function furthest(shown: string, last: string): string {
  const coarse = last.slice(0, COARSE_LENGTH);
  return shown > coarse ? shown : coarse;
}
