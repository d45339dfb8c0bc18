// A table in memory for tests of who wins which race: conditions and updates as a breaker's item uses them, in the order asked.
import { StoreUnavailable, type Item, type Key, type Table, type UpdateRequest, type Value } from '../../store/port.ts';

export interface MemoryTable extends Table {
  /** While true, nothing answers. */
  away: boolean;
  /** Called before each answer: a test may let others go first. */
  delay: () => Promise<void> | undefined;
  /** Requests that were made, e.g. `update`. */
  readonly requests: string[];
  item(key: Key): Item | undefined;
}

export function memoryTable(): MemoryTable {
  const items = new Map<string, Item>();
  const idOf = ({ pk, sk }: Key) => `${pk}|${sk}`;
  const requests: string[] = [];

  async function answer<T>(kind: string, make: () => T): Promise<T> {
    requests.push(kind);
    if (table.away) throw new StoreUnavailable('connect', 'the table is away in this test');
    await table.delay();
    const made = make();
    await table.delay();
    return made;
  }

  const table: MemoryTable = {
    away: false,
    delay: () => undefined,
    requests,
    item: (key) => items.get(idOf(key)),
    get: (key) => answer('get', () => copy(items.get(idOf(key)))),
    update: (request) =>
      answer('update', () => {
        const { key } = request;
        const item = items.get(idOf(key));
        if (!holds(request, item ?? {})) return { applied: false, item: copy(item) };
        const changed = updated(request, { pk: key.pk, sk: key.sk, ...item });
        items.set(idOf(key), changed);
        return { applied: true, item: { ...changed } };
      }),
    put: () => Promise.reject(new Error('not needed by a breaker')),
    delete: () => Promise.reject(new Error('not needed by a breaker')),
    query: () => Promise.reject(new Error('not needed by a breaker')),
  };
  return table;
}

const copy = (item: Item | undefined) => item && { ...item };

function holds({ condition, names = {}, values = {} }: UpdateRequest, item: Item): boolean {
  const test = (text: string): boolean => {
    const absent = /^attribute_not_exists\((#\w+)\)$/.exec(text);
    if (absent) return item[names[absent[1] ?? ''] ?? ''] === undefined;
    const compared = /^(#\w+) (=|<) (:\w+)$/.exec(text);
    if (!compared) throw new Error(`this table cannot evaluate "${text}"`);
    const left = item[names[compared[1] ?? ''] ?? ''];
    const right = values[compared[3] ?? ''];
    return compared[2] === '=' ? left === right : typeof left === 'number' && left < Number(right);
  };
  return (condition ?? '').split(' AND ').every((clause) =>
    clause
      .replace(/^\(|\)$/g, (bracket) => (clause.includes(' OR ') ? '' : bracket))
      .split(' OR ')
      .some(test),
  );
}

function updated({ update, names = {}, values = {} }: UpdateRequest, item: Item): Item {
  const sections = update.split(/\b(SET|ADD|REMOVE)\b/).slice(1);
  const seen = new Set<string>();
  for (let i = 0; i < sections.length; i += 2) {
    for (const clause of (sections[i + 1] ?? '').split(',')) {
      const [name = '', value] = clause.trim().split(sections[i] === 'SET' ? ' = ' : ' ');
      const attribute = names[name] ?? '';
      if (seen.has(attribute)) throw new Error(`two paths overlap: ${attribute}`);
      seen.add(attribute);
      const given: Value | undefined = values[value ?? ''];
      if (sections[i] === 'SET') item[attribute] = given;
      else if (sections[i] === 'ADD') item[attribute] = Number(item[attribute] ?? 0) + Number(given);
      else delete item[attribute];
    }
  }
  return item;
}
