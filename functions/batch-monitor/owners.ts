// Whose checks are: a check has no rules that could say so, and is whoever's its service is, as its alert is.
import { readService } from '../../store/items/services.ts';
import type { Table } from '../../store/port.ts';
import { orUnreadable, UNREADABLE } from '../api/unreadable.ts';

/** Undefined where the rules of the service name nobody, or there are none that could be read. */
export type OwnerOf = (service: string) => Promise<string | undefined>;

/** For one answer: each service is read once. */
export function ownersIn(table: Table): OwnerOf {
  const known = new Map<string, Promise<string | undefined>>();
  return (service) => {
    const owner = known.get(service) ?? read(table, service);
    known.set(service, owner);
    return owner;
  };
}

async function read(table: Table, service: string): Promise<string | undefined> {
  const entry = await orUnreadable(() => readService(table, service));
  return entry === UNREADABLE ? undefined : entry?.rules?.owner;
}
