// Where the keys of a service's callers are: beside the copies of its rules, which its instances may read and not write.
import type { Key } from './port.ts';

/** In how many partitions a service's keys are. */
export const CLIENT_KEY_PARTS = 16;

export const clientKeys = {
  /**
   * A key of a service's caller, by the hash of the key (hex). On no partition of the rules: anybody can make up keys for
   * one partition and have it asked for them, and fleets get their rules there.
   */
  clientKey: (service: string, hash: string): Key => ({
    pk: `ctl#rules#${service}#copy#key-${partOfClientKey(hash)}`,
    sk: `${CLIENT_KEY_PREFIX}${hash}`,
  }),
} as const;

/** Which of the partitions a key is in. */
export function partOfClientKey(hash: string): number {
  return Number.parseInt(hash.slice(0, 2), 16) % CLIENT_KEY_PARTS;
}

/** What the sort keys of all of them begin with. */
export const CLIENT_KEY_PREFIX = 'client-key#';
