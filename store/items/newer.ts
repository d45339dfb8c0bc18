// An item that a newer flyball has written: what reads it is to be asked again once that is everywhere.
import type { Item } from '../port.ts';
import { fieldsOf, ITEM_VERSION, UnreadableItem, type Fields } from './fields.ts';

export class NewerItem extends UnreadableItem {
  override readonly name = 'NewerItem';
}

/** @throws {NewerItem} when a newer flyball wrote it. @throws {UnreadableItem} when somebody else did. */
export function fieldsUnlessNewer(item: Item): Fields {
  const { pk, sk, v } = item;
  if (typeof v === 'number' && v > ITEM_VERSION) {
    throw new NewerItem(`Item ${JSON.stringify([pk, sk])} has version ${v}, and this flyball reads ${ITEM_VERSION}`);
  }
  return fieldsOf(item);
}
