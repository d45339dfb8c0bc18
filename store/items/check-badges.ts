// What a service's badges are found and signed by: made when somebody first asks for their addresses.
import { keys } from '../keys.ts';
import type { Item, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

export interface Badges {
  readonly service: string;
  readonly badgeKey: string;
  /** Signs addresses; leaves the table for nothing else. */
  readonly secret: string;
}

/** Those of a service; of several who make them at once, one does. */
export async function badgesOf(table: Table, service: string, newId: () => string): Promise<Badges> {
  const known = await table.get(keys.checkBadges(service), { consistent: true });
  if (known) return badgesOfItem(known);
  const made: Badges = { service, badgeKey: newId(), secret: newId() };
  // Whose they are comes first: there must be no address that nothing stands behind.
  await table.put({ item: { ...keys.checkAlias(made.badgeKey), v: ITEM_VERSION, service } });
  const written = await table.put({
    item: { ...keys.checkBadges(service), v: ITEM_VERSION, ...made },
    condition: 'attribute_not_exists(pk)',
  });
  return written.applied || written.item === undefined ? made : badgesOfItem(written.item);
}

/** Those that the key in an address is of. */
export async function badgesOfKey(table: Table, badgeKey: string): Promise<Badges | undefined> {
  const owner = await table.get(keys.checkAlias(badgeKey));
  const service = owner?.['service'];
  if (typeof service !== 'string') return undefined;
  const item = await table.get(keys.checkBadges(service));
  const badges = item && badgesOfItem(item);
  return badges?.badgeKey === badgeKey ? badges : undefined;
}

function badgesOfItem(item: Item): Badges {
  const { text } = fieldsOf(item);
  return { service: text('service'), badgeKey: text('badgeKey'), secret: text('secret') };
}
