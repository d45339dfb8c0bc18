// What instances have written and cannot be read is said, with what to do: a role that may write an item may write anything.
import { UnreadableItem } from '../../store/items/fields.ts';
import { Problem } from '../api/index.ts';

/**
 * Reads and shows what instances of a service write.
 * @throws {Problem} 409, naming the item, when that is nothing that flyball wrote.
 */
export async function readable<T>(service: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof UnreadableItem)) throw error;
    const detail = `${error.message}. Look who else may write with the role of "${service}", and mend or delete the item: instances begin it anew.`;
    throw new Problem(409, detail, { code: 'UNREADABLE_ITEM' }, { cause: error });
  }
}
