// The cell's signing keys as an instance has them: from a parameter of Systems Manager, or from its environment.
import type { Instance } from '../instance.ts';
import { Kept } from '../kept.ts';
import { errorFields } from '../logger.ts';
import { parseSigningKeys, type SigningKeys } from './keys.ts';

/** Holds the keys themselves: for tests, laptops and whoever has no Systems Manager. */
const KEYS = 'FLYBALL_SIGNING_KEYS';
/** Names the parameter that holds them. */
const PARAMETER = 'FLYBALL_SIGNING_PARAMETER';

/** Older keys are fetched again beside the handler, ms. */
const FRESH_MS = 300_000;
/** Older keys are fetched again before they are used, ms. */
const STALE_MS = 900_000;
/** Keys that could not be fetched again for so long are not used any more, ms: one of them may have been withdrawn. */
const KEEP_MS = 3_600_000;

/** Gets the text that holds the keys. Whatever it throws means that there are no news. */
export type FetchSigningKeys = (signal: AbortSignal) => Promise<string>;

export type KeptSigningKeys = Kept<SigningKeys>;

/** GetParameter is rationed for a whole account: made-up keys must not use it up. */
const ASK_AGAIN_MOST_MS = 300_000;

const KEPT = {};
const FETCH = {};

/** The same for calls that come in and calls that go out. */
export function signingKeysOf(instance: Instance): KeptSigningKeys {
  return instance.state(KEPT, () => keptBy(instance));
}

/** Puts something in the place of the parameter, on an instance that has not asked for it yet. */
export function replaceSigningKeyFetch(instance: Instance, fetch: FetchSigningKeys): void {
  instance.state(FETCH, () => fetch);
}

function keptBy(instance: Instance): KeptSigningKeys {
  const { logger, clock } = instance;
  const fetch = instance.state<FetchSigningKeys>(FETCH, () => fetching(instance));
  const source = {
    fetch: async (signal: AbortSignal) => parseSigningKeys(await fetch(signal)),
    freshMs: FRESH_MS,
    staleMs: STALE_MS,
    keepMs: KEEP_MS,
    askAgainMostMs: ASK_AGAIN_MOST_MS,
    late: 'the signing keys did not come in time',
    onAway: (error: unknown, kept: boolean) =>
      logger.warn('flyball cannot get the signing keys', {
        keys: kept ? 'the last ones' : 'none',
        ...errorFields(error),
      }),
    onBack: () => logger.info('flyball has the signing keys again', {}),
  };
  return new Kept(source, clock);
}

/** The environment is looked at anew each time, as that of the store's client is. */
function fetching({ clock }: Instance): FetchSigningKeys {
  return async (signal) => {
    const { [KEYS]: keys, [PARAMETER]: name } = process.env;
    if (keys) return keys;
    if (!name)
      throw new Error(`there are no signing keys: set ${PARAMETER} to the name of the parameter that holds them`);
    const { readParameter } = await import('../../../store/adapters/parameter.ts');
    return readParameter(name, clock, signal);
  };
}
