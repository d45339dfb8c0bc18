// Who the bearer of an API key is. Loaded when rules first take API keys.
import {
  CLIENT_KEY,
  CLIENT_KEY_MARK,
  hashOfClientKey,
  readClientKey,
  type ClientKey,
} from '../../store/items/client-keys.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { storeLimitMs } from '../kernel/patience.ts';
import type { Principal } from '../kernel/principal.ts';
import { headerValuesOf } from '../kernel/request.ts';
import { KnownKeys } from './known-keys.ts';

/** How long a request may wait for the table to know its key, ms. */
const LOOK_MS = storeLimitMs(150);

/** What an attribute of an API key can never say: by whom a caller is known tells the kinds of callers apart. */
export const KEY_ISSUER = 'flyball:api-key';

/** What became of an API key. */
export type Keyed =
  | { readonly kind: 'known'; readonly principal: Principal }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'crowded'; readonly waitMs: number };

const INVALID: Keyed = { kind: 'invalid' };

/**
 * Whom the API key of a request is of; undefined when it carries none. In `x-api-key` or as a bearer token, never in the
 * query, which ends up in logs. What does not look like a key of ours is somebody else's, e.g. of a gateway's usage plan.
 */
export async function keyed(invocation: Invocation, keepForMs: number): Promise<Keyed | undefined> {
  const presented = presentedKeys(invocation.event);
  const [key] = presented;
  if (key === undefined) return undefined;
  if (presented.length > 1 || !CLIENT_KEY.test(key)) return INVALID;
  const hash = hashOfClientKey(key);
  const { instance } = invocation;
  const known = knownKeysOf(instance);
  const startedAt = instance.clock.now();
  if (known.due(hash, startedAt)) {
    void instance.syncs.start(`access-key:${hash.slice(0, 12)}`, (signal) => known.refresh(hash, LOOK_MS, signal));
  }
  const found = await known.find(hash, invocation.storeWaitMs(LOOK_MS), keepForMs);
  invocation.storeWaitedMs += instance.clock.now() - startedAt;
  switch (found.kind) {
    case 'known':
      return { kind: 'known', principal: principalOf(found.key) };
    case 'unknown':
      return INVALID;
    case 'unavailable':
    case 'crowded':
      return found;
  }
}

/** Every different key of ours that a request has, however many headers of one name. */
function presentedKeys(event: unknown): string[] {
  const bearers = headerValuesOf(event, 'authorization').flatMap((value) => /^bearer +(.*)$/i.exec(value)?.[1] ?? []);
  const all = [...headerValuesOf(event, 'x-api-key'), ...bearers].map((value) => value.trim());
  // A gateway may join several of one name by commas: no key of ours holds one.
  return [...new Set(all.filter((value) => value.startsWith(CLIENT_KEY_MARK)))];
}

function principalOf({ client, roles, attributes }: ClientKey): Principal {
  const claims = { ...attributes, sub: client, iss: KEY_ISSUER };
  return { id: client, by: 'api-key', claims, roles, mark: 'key' };
}

function knownKeysOf(instance: Instance): KnownKeys {
  const { clock, table, service, logger } = instance;
  return instance.state(
    keyed,
    () =>
      new KnownKeys(
        clock,
        (hash, timeoutMs, signal) => readClientKey(table, service, hash, { timeoutMs, ...(signal && { signal }) }),
        logger,
      ),
  );
}
