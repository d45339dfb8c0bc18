// A key whose table throttles it: very many ask. An instance then asks seldom, and admits what it was granted before.
import { StoreUnavailable } from '../../store/port.ts';
import type { askTable } from './admission.ts';
import type { Grant } from './limiter.ts';

/** After one throttled exchange; each further one doubles it. */
const FIRST_PAUSE_US = 25_000;
const LONGEST_PAUSE_US = 2e6;
/** Below it asking is no longer put off: the crowd has gone. */
const NO_PAUSE_US = 10_000;
/** An answer shortens the pause: by half where it was long, since a crowd may have gone meanwhile. */
const LONG_PAUSE_US = 250_000;
const AFTER_LONG = 0.5;
const AFTER_SHORT = 0.9;
/** While the table answers this instance, it is the table that decides. */
const UNANSWERED_US = 2e6;
/** What an instance was given is remembered for about as long. */
const HEARD_FOR_US = 2e6;
/** Of an instance that was never granted anything: a token now and then. */
const NOW_AND_THEN_US = 10e6;
/** Those who are refused do not all come back at once. */
const COME_BACK_WITHIN_US = 2e6;

/** What one instance does about one key from a throttled exchange on. */
export interface Crowd {
  readonly ask: typeof askTable;
}

/** `asking` asks the table. */
export function crowd(asking: typeof askTable): Crowd {
  let pauseUs = FIRST_PAUSE_US;
  let askFromUs = Infinity;
  /** Tokens that may be used without asking, in fractions. */
  let own = 0;
  let refilledUs = 0;
  /** Used without asking, and to be charged with the next exchange. */
  let owed = 0;

  const ask: typeof askTable = async (invocation, rule, key, wanted, conditions) => {
    const { clock, random, recorder } = invocation.instance;
    const { limiter, memory } = rule;
    const { atLeast, aheadUs } = conditions;
    const heard = memory.heard(key);
    let nowUs = clock.now() * 1000;

    const pause = (forUs: number): void => {
      pauseUs = forUs;
      askFromUs = nowUs + forUs * (0.5 + random());
    };

    function takeOwn(): Grant {
      const { last, atUs, given } = heard;
      // What is given grows with what is asked for: where there is plenty, instances find out how much they need.
      const isPlenty = (last?.remaining ?? 0) >= limiter.full / 2;
      const leastPerUs = Math.min(1 / limiter.spacingUs, 1 / NOW_AND_THEN_US);
      const perUs = Math.max(leastPerUs, (given / HEARD_FOR_US) * (isPlenty ? 2 : 1));
      const most = Math.ceil(Math.max(atLeast, perUs * 1e6));
      own = Math.min(most, own + Math.max(0, nowUs - refilledUs) * perUs);
      refilledUs = nowUs;
      const mayUse = nowUs - atUs > UNANSWERED_US || (isPlenty && owed < most);
      const there = mayUse ? Math.floor(own) : 0;
      const tokens = there < atLeast ? 0 : Math.min(there, wanted);
      own -= tokens;
      // Nobody queues for it in a bucket that holds requests; and an outage is not made up for.
      if (aheadUs === 0) owed = Math.min(most, owed + tokens);
      return { tokens, mark: 0, freeAtUs: Math.max(nowUs, askFromUs) + random() * COME_BACK_WITHIN_US, unasked: true };
    }

    if (askFromUs === Infinity) {
      // A fleet does not begin with a token each.
      own = random();
      refilledUs = nowUs;
      recorder.internal('throttle:store-failed');
      pause(pauseUs);
    }
    if (nowUs < askFromUs) return takeOwn();
    try {
      const charged = owed;
      const grant = await asking(
        invocation,
        rule,
        key,
        wanted + charged,
        charged > 0 ? { ...conditions, atLeast: 1 } : conditions,
      );
      nowUs = clock.now() * 1000;
      pause(pauseUs * (pauseUs > LONG_PAUSE_US ? AFTER_LONG : AFTER_SHORT));
      if (pauseUs < NO_PAUSE_US) heard.crowd = undefined;
      const paid = Math.min(charged, grant.tokens);
      owed -= paid;
      return { ...grant, tokens: grant.tokens - paid };
    } catch (error) {
      if (!(error instanceof StoreUnavailable && error.reason === 'throttled')) {
        // It is away: another story.
        heard.crowd = undefined;
        throw error;
      }
      recorder.internal('throttle:store-failed');
      nowUs = clock.now() * 1000;
      pause(Math.min(LONGEST_PAUSE_US, pauseUs * 2));
      return takeOwn();
    }
  };
  return { ask };
}
