// A table with a place in front of it, where something may stand for a while; empty, it costs one comparison an exchange.
import type { Table } from './port.ts';

export interface InterposedTable extends Table {
  /** Puts what it makes of the table in front of it; undefined leaves the table as it is. */
  interpose(make: ((beneath: Table) => Table) | undefined): void;
}

/** Whoever holds it meets what stands in front of it at the moment of each exchange. */
export function interposedTable(table: Table): InterposedTable {
  let front: Table = table;
  return {
    get: (key, options) => front.get(key, options),
    put: (request) => front.put(request),
    update: (request) => front.update(request),
    delete: (request) => front.delete(request),
    query: (request) => front.query(request),
    skew: () => table.skew?.(),
    interpose(make) {
      front = make ? make(table) : table;
    },
  };
}
