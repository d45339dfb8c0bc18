// The test kit's table for tests of who wins which race: others may go first, and it may be away.
import {
  memoryTable as plainTable,
  type MemoryTable as PlainTable,
} from '../../middleware/testing/table/memory-table.ts';
import { StoreUnavailable, type CallOptions } from '../../store/port.ts';

export interface MemoryTable extends PlainTable {
  /** While true, nothing answers. */
  away: boolean;
  /** Called before and after each answer: a test may let others go first. */
  delay: () => Promise<void> | undefined;
  /**
   * What goes wrong with a request, asked once it has arrived: `lost` is carried out, and its answer never comes;
   * `throttled` is not carried out.
   */
  fault: (kind: string) => 'lost' | 'throttled' | undefined;
  /** Requests that were made, e.g. `update`. */
  readonly requests: string[];
}

export function memoryTable(): MemoryTable {
  const table = plainTable();
  const requests: string[] = [];

  async function answer<T>(kind: string, ask: () => Promise<T>): Promise<T> {
    requests.push(kind);
    if (raced.away) throw new StoreUnavailable('connect', 'the table is away in this test');
    await raced.delay();
    const fault = raced.fault(kind);
    if (fault === 'throttled') throw new StoreUnavailable('throttled', 'the table throttles in this test');
    const answered = await ask();
    await raced.delay();
    if (fault === 'lost') throw new StoreUnavailable('timeout', 'the answer is lost in this test');
    return answered;
  }

  const raced: MemoryTable = {
    away: false,
    delay: () => undefined,
    fault: () => undefined,
    requests,
    item: (key) => table.item(key),
    get items() {
      return table.items;
    },
    get: (key) => answer('get', () => table.get(key)),
    put: (request) => answer('put', () => table.put(arriving(request))),
    update: (request) => answer('update', () => table.update(arriving(request))),
    delete: (request) => answer('delete', () => table.delete(arriving(request))),
    query: (request) => answer('query', () => table.query(arriving(request))),
  };
  return raced;
}

/** What has left arrives, whether or not its caller still waits for it. */
function arriving<Request extends CallOptions>(request: Request): Request {
  return { ...request, signal: new AbortController().signal };
}
