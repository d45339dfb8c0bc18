// A table that fails at a write and at all later ones, as if whoever writes had died there.
import { StoreUnavailable, type Table } from '../../store/port.ts';

export interface Death {
  /** Which write it is, counted from 0. */
  readonly write: number;
  /** Whether that one still reached the table. */
  readonly applied: boolean;
}

/** The table until a write: that one and all later ones fail, and it alone may have reached the table. */
export function dying(inner: Table, { write, applied }: Death): Table {
  let writes = 0;
  const perform = async <T>(send: () => Promise<T>): Promise<T> => {
    const number = writes++;
    if (number < write) return send();
    if (number === write && applied) await send();
    throw new StoreUnavailable('connect', 'somebody died here');
  };
  return {
    get: (key, options) => inner.get(key, options),
    query: (request) => inner.query(request),
    put: (request) => perform(() => inner.put(request)),
    update: (request) => perform(() => inner.update(request)),
    delete: (request) => perform(() => inner.delete(request)),
  };
}
