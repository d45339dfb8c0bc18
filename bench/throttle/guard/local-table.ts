// A table in this process that answers at once: what a decision costs when asking the table costs next to nothing.
import type { Item, Key, Table } from '../../../store/port.ts';
import { holds, updated } from '../../simulation/expression.ts';

export function localTable(): Table {
  const items = new Map<string, Item>();
  const nameOf = ({ pk, sk }: Key) => `${pk}\n${sk}`;
  const unused = () => Promise.reject(new Error('the table in this process takes updates alone'));
  return {
    get: (key) => Promise.resolve(items.get(nameOf(key))),
    update: ({ key, update, condition, ...given }) => {
      const found = items.get(nameOf(key));
      if (condition !== undefined && !holds(condition, found ?? {}, given))
        return Promise.resolve({ applied: false, item: found });
      const item = updated(update, found ?? { ...key }, given);
      items.set(nameOf(key), item);
      return Promise.resolve({ applied: true, item });
    },
    put: unused,
    delete: unused,
    query: unused,
  };
}
