// A table in memory that answers as DynamoDB does, for tests without one: the same conditions, races and pages.
import { fromCursor, toCursor } from '../../../store/adapters/query.ts';
import { marshalItem, unmarshalItem } from '../../../store/marshal.ts';
import {
  StoreUnavailable,
  type CallOptions,
  type Expression,
  type Item,
  type Key,
  type Page,
  type QueryRequest,
  type Table,
  type Value,
  type Written,
} from '../../../store/port.ts';
import { holds, textOrder } from './condition.ts';
import { Placeholders } from './reader.ts';
import { updated } from './update.ts';

export interface MemoryTable extends Table {
  /** The item as it stands, without a request. */
  item(key: Key): Item | undefined;
  /** All of them, in the order of their keys. */
  readonly items: readonly Item[];
}

/** A request is answered at once and whole: who wins a race is decided by the order in which requests are made. */
export function memoryTable(): MemoryTable {
  const partitions = new Map<string, Map<string, Item>>();

  const find = ({ pk, sk }: Key): Item | undefined => partitions.get(pk)?.get(sk);
  const all = () => [...partitions.values()].flatMap((partition) => [...partition.values()]);

  function store(key: Key, item: Item): Item {
    const partition = partitions.get(key.pk) ?? new Map<string, Item>();
    partitions.set(key.pk, partition.set(key.sk, copyOf(item)));
    return item;
  }

  /** Carries a write out if its condition holds. */
  function write(
    key: Key,
    request: Expression & CallOptions & { readonly update?: string },
    change: (found: Item | undefined, placeholders: Placeholders) => Item,
  ): Written {
    refuseIfGone(request);
    const { condition, update } = request;
    const placeholders = new Placeholders(request, [condition, update]);
    const found = find(key);
    const met = condition === undefined || holds(condition, found ?? {}, placeholders);
    if (!met) return { applied: false, item: found && copyOf(found) };
    return { applied: true, item: change(found, placeholders) };
  }

  return {
    item(key) {
      const found = find(key);
      return found && copyOf(found);
    },
    get items() {
      return all().map(copyOf).sort(byKey);
    },
    async get(key, options = {}) {
      refuseIfGone(options);
      const found = find(key);
      return found && copyOf(found);
    },
    put: async (request) => write(request.item, request, () => store(request.item, request.item)),
    update: async (request) =>
      write(request.key, request, (found, placeholders) => {
        const { pk, sk } = request.key;
        return copyOf(store(request.key, updated(request.update, found ?? { pk, sk }, placeholders)));
      }),
    delete: async (request) =>
      write(request.key, request, (found) => {
        const { pk, sk } = request.key;
        partitions.get(pk)?.delete(sk);
        return found ?? { pk, sk };
      }),
    async query(request) {
      refuseIfGone(request);
      const { pk, index } = request;
      return pageOf(request, index ? all() : [...(partitions.get(pk)?.values() ?? [])]);
    },
  };
}

function refuseIfGone({ signal }: CallOptions): void {
  if (signal?.aborted)
    throw new StoreUnavailable('aborted', 'no call was made: its caller has gone', { cause: signal.reason });
}

/** Through the same marshalling as on the way to DynamoDB: what cannot be stored there cannot be here. */
function copyOf(item: Item): Item {
  return unmarshalItem(marshalItem(item, (bytes) => new Uint8Array(bytes)));
}

function pageOf(request: QueryRequest, candidates: readonly Item[]): Page {
  const { index, descending = false, limit = Infinity, cursor } = request;
  const order = index ? byDueTime : byKey;
  const directed = (a: Item, b: Item) => (descending ? order(b, a) : order(a, b));
  const from = cursor === undefined ? undefined : fromCursor(cursor, request);
  const items = candidates
    .filter((item) => isAskedFor(item, request) && (from === undefined || directed(from, item) < 0))
    .sort(directed)
    .slice(0, limit);
  const last = items.length === limit ? items[items.length - 1] : undefined;
  return {
    items: items.map(copyOf),
    ...toCursor(last && marshalItem(placeOf(last, index !== undefined), (bytes) => bytes)),
  };
}

function isAskedFor(item: Item, { pk, sk, index }: QueryRequest): boolean {
  if (index) {
    const { due, dueAt } = item;
    const { dueFrom = -Infinity, dueUpTo } = index;
    return due === pk && typeof dueAt === 'number' && dueAt >= dueFrom && dueAt <= dueUpTo;
  }
  if (sk === undefined) return true;
  const own = textOf(item['sk']);
  if ('beginsWith' in sk) return own.startsWith(sk.beginsWith);
  return textOrder(sk.between[0], own) <= 0 && textOrder(own, sk.between[1]) <= 0;
}

/** What names an item in a cursor. */
function placeOf({ pk, sk, due, dueAt }: Item, inIndex: boolean): Item {
  return inIndex ? { pk, sk, due, dueAt } : { pk, sk };
}

function byKey(a: Item, b: Item): number {
  return textOrder(textOf(a['pk']), textOf(b['pk'])) || textOrder(textOf(a['sk']), textOf(b['sk']));
}

function byDueTime(a: Item, b: Item): number {
  return Number(a['dueAt']) - Number(b['dueAt']) || byKey(a, b);
}

const textOf = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
