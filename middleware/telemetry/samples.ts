// Requests that are told apart: of each kind at most so many a minute, the same ones whichever way they came in.
import type { Sample } from '../../store/items/telemetry-detail.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { clientOf } from '../kernel/principal.ts';
import { clientIpOf } from '../kernel/request.ts';
import { sourceOf } from './inbound.ts';
import { traceIdOf } from './trace-id.ts';

type Why = Sample['why'];

/** A minute's and an instance's. */
const MOST: { readonly [why in Why]: number } = { slow: 10, failed: 10, refused: 10, sampled: 20 };
const HASH_LENGTH = 16;

/** A sample before its minute is put: nothing of the invocation is held on to, and nothing is hashed yet. */
interface Drawn {
  readonly chance: number;
  readonly sample: Omit<Sample, 'why' | 'weight' | 'keys'>;
  readonly keys: { readonly client: string | undefined; readonly ip: string | undefined; readonly source: string };
}

/** Of one kind. Those of the lowest chance stay: it has nothing to do with when they came. */
class Pot {
  readonly #most: number;
  readonly #drawn: Drawn[] = [];
  #met = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** True when this one belongs in it. */
  takes(chance: number): boolean {
    this.#met++;
    return this.#drawn.length < this.#most || chance < this.#highest().chance;
  }

  put(drawn: Drawn): void {
    if (this.#drawn.length >= this.#most) this.#drawn.splice(this.#drawn.indexOf(this.#highest()), 1);
    this.#drawn.push(drawn);
  }

  #highest(): Drawn {
    return this.#drawn.reduce((highest, drawn) => (drawn.chance > highest.chance ? drawn : highest));
  }

  /** `weight` is that of one of those met; those kept stand for all of them. */
  read(why: Why, weight: number, offsetMs: number): Sample[] {
    const each = this.#drawn.length === 0 ? 0 : (weight * this.#met) / this.#drawn.length;
    return this.#drawn.map(({ sample, keys }) => ({
      ...sample,
      at: sample.at + offsetMs,
      why,
      weight: Math.round(each * 100) / 100,
      keys: hashed(keys),
    }));
  }

  clear(): void {
    this.#drawn.length = 0;
    this.#met = 0;
  }
}

export class Samples {
  readonly #pots: { readonly [why in Why]: Pot } = {
    slow: new Pot(MOST.slow),
    failed: new Pot(MOST.failed),
    refused: new Pot(MOST.refused),
    sampled: new Pot(MOST.sampled),
  };
  /** Of those sampled by chance, each stands for so many. */
  #weight = 1;

  /** `share` is the one that `sampled` ones were drawn with. */
  add(
    why: Why,
    invocation: Invocation,
    outcome: Outcome,
    durationMs: number,
    chance: number,
    share: number,
    error: string | undefined,
  ): void {
    if (why === 'sampled') this.#weight = 1 / share;
    const pot = this.#pots[why];
    if (pot.takes(chance)) pot.put(drawnOf(invocation, outcome, durationMs, chance, error));
  }

  /** `offsetMs` is what the store's clock is ahead of this machine's. */
  read(offsetMs: number): readonly Sample[] {
    const { failed, refused, slow, sampled } = this.#pots;
    return [
      ...failed.read('failed', 1, offsetMs),
      ...refused.read('refused', 1, offsetMs),
      ...slow.read('slow', 1, offsetMs),
      ...sampled.read('sampled', this.#weight, offsetMs),
    ];
  }

  clear(): void {
    for (const pot of Object.values(this.#pots)) pot.clear();
  }
}

function drawnOf(
  invocation: Invocation,
  outcome: Outcome,
  durationMs: number,
  chance: number,
  error: string | undefined,
): Drawn {
  const { startedAt, requestId, resource, storeWaitedMs, refusal, trigger, event } = invocation;
  const traceId = traceIdOf(invocation);
  return {
    chance,
    sample: {
      at: startedAt,
      requestId: requestId.slice(0, 100),
      resource: resource.name,
      source: sourceOf(invocation),
      outcome,
      ms: Math.round(durationMs * 100) / 100,
      ...(storeWaitedMs > 0 ? { waitedMs: Math.round(storeWaitedMs * 100) / 100 } : {}),
      ...(refusal ? { by: `${refusal.by}/${refusal.entry ?? refusal.rule}` } : {}),
      ...(error === undefined ? {} : { error }),
      ...(traceId === undefined ? {} : { traceId }),
    },
    keys: { client: clientOf(invocation), ip: clientIpOf(trigger, event), source: trigger.source },
  };
}

function hashed({ client, ip, source }: Drawn['keys']): NonNullable<Sample['keys']> {
  return {
    ...(client === undefined ? {} : { client: keyHash(client) }),
    ...(ip === undefined ? {} : { ip: keyHash(ip) }),
    ...(source === '' ? {} : { source: keyHash(source) }),
  };
}

/** The same key is known again, and not which it was. */
export function keyHash(key: string): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', key, 'base64url').slice(0, HASH_LENGTH);
}
