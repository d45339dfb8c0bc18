// Where the keys of a service's callers are: beside the copies of its rules, which its instances may read and not write.
import { RULE_COPIES } from './instance-keys.ts';
import type { Key } from './port.ts';

export const clientKeys = {
  /** A key of a service's caller, by the hash of the key (hex), in as many parts as there are copies of the rules. */
  clientKey: (service: string, hash: string): Key => ({
    pk: `ctl#rules#${service}#copy#${Number.parseInt(hash.slice(0, 2), 16) % RULE_COPIES}`,
    sk: `${CLIENT_KEY_PREFIX}${hash}`,
  }),
} as const;

/** What the sort keys of all of them begin with. */
export const CLIENT_KEY_PREFIX = 'client-key#';
