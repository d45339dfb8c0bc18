// What was counted in a window, held against the terms of a rule: in counts and percentiles, never in averages. Pure.
import { outcomeTest, type Outcome } from '../../../middleware/kernel/outcome.ts';
import type { AlertRule } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration, parseShare } from '../../../middleware/kernel/units.ts';
import { countedUpToMs } from '../../telemetry/slo/events.ts';
import { bucketsIn, countUpTo, type Bucket } from '../../telemetry/sums/buckets.ts';
import type { SumData } from '../../telemetry/sums/data.ts';

type When = AlertRule['when'];

interface Judged {
  readonly firing: boolean;
  readonly summary: string;
}

/** As objectives have it: what a caller did wrong, or the business refused, was answered as it should be. */
const isFailure = outcomeTest(['connect', 'timeout', 'error', '5xx']);

const BUSINESS = 'business:';

export class Counted {
  #requests = 0;
  #refused = 0;
  #failed = 0;
  /** By code. */
  readonly #business = new Map<string, number>();
  readonly #durations: Bucket[] = [];

  add({ outcomes = {}, durations }: SumData): void {
    for (const [outcome, count] of Object.entries(outcomes)) {
      this.#requests += count;
      if (outcome === 'refused') this.#refused += count;
      else if (isFailure(outcome as Outcome)) this.#failed += count;
      else if (outcome.startsWith(BUSINESS)) {
        const code = outcome.slice(BUSINESS.length);
        this.#business.set(code, (this.#business.get(code) ?? 0) + count);
      }
    }
    if (typeof durations === 'string') this.#durations.push(...bucketsIn(Buffer.from(durations, 'base64')));
  }

  judged({ requests, failures, business, latency }: When): Judged {
    if (requests) return this.#ofRequests(requests);
    if (failures) return this.#ofFailures(failures);
    if (business) return this.#ofBusiness(business);
    return latency ? this.#ofLatency(latency) : { firing: false, summary: 'asks for nothing' };
  }

  #ofRequests({ slowerThan, atLeast, below, within }: NonNullable<When['requests']>): Judged {
    const found = slowerThan === undefined ? this.#requests : this.#slowerThan(slowerThan);
    const what = slowerThan === undefined ? 'requests' : `requests took longer than ${slowerThan}`;
    const counted = `${String(found)} ${what} in ${within}`;
    if (below !== undefined) {
      return { firing: found < below, summary: `${counted}, fewer than ${String(below)} are too few` };
    }
    const most = atLeast ?? Infinity;
    return { firing: found >= most, summary: `${counted}, ${String(most)} are too many` };
  }

  #ofFailures({ share, atLeast, within }: NonNullable<When['failures']>): Judged {
    const served = this.#requests - this.#refused;
    const firing = this.#failed >= atLeast && (share === undefined || this.#failed >= parseShare(share) * served);
    const most = share === undefined ? `${String(atLeast)} are` : `${share} and ${String(atLeast)} are`;
    const summary = `${String(this.#failed)} of ${String(served)} requests failed in ${within}, ${most} too many`;
    return { firing, summary };
  }

  #ofBusiness({ code, share, atLeast, within }: NonNullable<When['business']>): Judged {
    const served = this.#requests - this.#refused;
    const found = this.#business.get(code) ?? 0;
    const firing = found >= atLeast && (share === undefined || found >= parseShare(share) * served);
    const most = share === undefined ? `${String(atLeast)} are` : `${share} and ${String(atLeast)} are`;
    const summary = `${String(found)} of ${String(served)} requests ended with ${code} in ${within}, ${most} too many`;
    return { firing, summary };
  }

  #ofLatency({ percentile, above, minimumCalls, within }: NonNullable<When['latency']>): Judged {
    const total = countUpTo(this.#durations, Infinity);
    if (total < minimumCalls) {
      return {
        firing: false,
        summary: `${String(total)} requests in ${within} are too few to tell how long they take`,
      };
    }
    const slower = this.#slowerThan(above);
    // One more than may be slower, and the percentile itself is.
    const firing = slower > total * Number((1 - percentile / 100).toPrecision(10));
    const summary = `${String(slower)} of ${String(total)} requests took longer than ${above} in ${within}, p${String(percentile)} is to be less`;
    return { firing, summary };
  }

  #slowerThan(text: string): number {
    const ms = countedUpToMs(parseDuration(text));
    return countUpTo(this.#durations, Infinity) - countUpTo(this.#durations, ms);
  }
}
