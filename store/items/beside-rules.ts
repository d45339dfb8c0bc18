// Lays what operators decide in a hurry on the head of a service's rules, where instances look anyway.
import { keys } from '../keys.ts';
import type { Table, Value } from '../port.ts';
import { ITEM_VERSION } from './fields.ts';

/**
 * Sets `attribute`, and when it was decided in `atAttribute` (epoch ms), whether or not the service has published anything.
 * False, and nothing is changed, when a later decision stands there.
 */
export async function layBesideRules(
  table: Table,
  service: string,
  [attribute, value]: readonly [string, Value],
  [atAttribute, at]: readonly [string, number],
): Promise<boolean> {
  const { applied } = await table.update({
    key: keys.rulesHead(service),
    update: 'SET #laid = :laid, #at = :at, #v = :v',
    condition: 'attribute_not_exists(#at) OR #at <= :at',
    names: { '#laid': attribute, '#at': atAttribute, '#v': 'v' },
    values: { ':laid': value, ':at': at, ':v': ITEM_VERSION },
  });
  return applied;
}
