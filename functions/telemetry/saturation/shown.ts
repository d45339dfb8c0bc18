// Saturation as it is answered. Pure.
import { gaugeOf, type Gauge } from './gauge.ts';
import type { AccountLimits, Asked, QueueState } from './platform.ts';
import type { Used } from './used.ts';

type Unknown = { readonly unknown?: string };

export type Reserved = Asked<{ readonly reserved: number | undefined }>;

/** Of environments that were active at once; the limit is what is reserved for it, or what all that have nothing reserved share. */
export type FunctionShown = { readonly name: string; readonly limitOf: 'function' | 'account' | null } & Gauge &
  Unknown;

export interface QueueShown extends Unknown {
  readonly name: string;
  /** Of its oldest message when it arrived; the limit is how long the queue keeps any. */
  readonly ageMs: Gauge & { readonly p95: number | null };
  readonly depth: number | null;
  readonly inFlight: number | null;
  readonly delayed: number | null;
  /** Null when the queue has none, or nobody knows. */
  readonly deadLetters: (Unknown & { readonly name: string; readonly depth: number | null }) | null;
}

export function shownFunctions(
  used: Used,
  account: Asked<AccountLimits>,
  reservedOf: (name: string) => Reserved | undefined,
  nowMs: number,
): FunctionShown[] {
  return [...used.environments()].map(([name, measured]) => {
    const reserved = reservedOf(name) ?? { unknown: 'It was not asked for: the service has too many functions.' };
    const { limit, limitOf, ...unknown } = limitFrom(reserved, account);
    return { name, limitOf, ...gaugeOf(measured, limit, nowMs), ...unknown };
  });
}

function limitFrom(reserved: Reserved, account: Asked<AccountLimits>) {
  if ('unknown' in reserved) return { limit: undefined, limitOf: null, unknown: reserved.unknown } as const;
  if (reserved.reserved !== undefined) return { limit: reserved.reserved, limitOf: 'function' } as const;
  if ('unknown' in account) return { limit: undefined, limitOf: null, unknown: account.unknown } as const;
  return { limit: account.unreserved, limitOf: 'account' } as const;
}

export function shownQueue(
  name: string,
  used: Used,
  state: Asked<QueueState>,
  dead: Asked<QueueState> | undefined,
  nowMs: number,
): QueueShown {
  const known = 'unknown' in state ? undefined : state;
  const deadName = known?.deadLetters;
  return {
    name,
    ageMs: { ...gaugeOf(used.ages(), known?.keptMs, nowMs), p95: rounded(used.lastAgeP95()) },
    depth: known?.depth ?? null,
    inFlight: known?.inFlight ?? null,
    delayed: known?.delayed ?? null,
    deadLetters:
      deadName === undefined
        ? null
        : {
            name: deadName,
            depth: dead && !('unknown' in dead) ? dead.depth : null,
            ...(dead && 'unknown' in dead ? { unknown: dead.unknown } : {}),
          },
    ...('unknown' in state ? { unknown: state.unknown } : {}),
  };
}

/** What of flyball's own happenings says that the table did not answer, or that too many wrote to one item. */
const OF_THE_TABLE = /(:unsent|:unannounced|:unsynced|:store-failed|:races-lost|:end-not-written)$/;

/** Counts of the whole range, by event. */
export function shownTable(used: Used): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...used.internal()].filter(([event]) => OF_THE_TABLE.test(event) && !event.startsWith('trace:')),
  );
}

const rounded = (value: number | undefined) => (value === undefined ? null : Number(value.toPrecision(4)));
