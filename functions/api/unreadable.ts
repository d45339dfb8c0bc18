// One service or job that cannot be read hides no other where many are told of together.
import { StoreRejected, StoreUnavailable } from '../../store/port.ts';

/** In place of what is there and cannot be read. */
export const UNREADABLE = 'unreadable';
export type OrUnreadable<T> = T | typeof UNREADABLE;

/** What of one is too much, or nothing that flyball wrote. A table that is away is away for all: that is thrown. */
export async function orUnreadable<T>(read: () => Promise<T>): Promise<OrUnreadable<T>> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof StoreUnavailable || error instanceof StoreRejected) throw error;
    return UNREADABLE;
  }
}
