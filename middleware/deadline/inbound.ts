// How long an invocation may take, and what a caller that may be believed says about it. Pure.
import { deadlineAtOf, messageAttributeOf } from '../kernel/batch.ts';
import { headerOf, recordsOf, type Trigger } from '../kernel/trigger.ts';

/** Kept back from Lambda's own limit, to answer and to flush. */
const DEFAULT_RESERVE_MS = 200;
const RESERVE_SHARE = 0.1;

export interface DeadlineSettings {
  /** From the start of the invocation; undefined without a rule. */
  readonly timeoutMs: number | undefined;
  /** Kept back from Lambda's remaining time; undefined for 200 ms, or a tenth of it where that is less. */
  readonly reserveMs: number | undefined;
}

/** What the caller said in `x-flyball-*`, as far as it may be believed. */
export interface Said {
  /** Epoch ms; nobody waits for the answer after it. */
  readonly deadlineAt: number | undefined;
  /** Which of the caller's attempts this is, from 1. */
  readonly attempt: number;
  readonly never: boolean;
}

/** The earliest of the rule's, the caller's and Lambda's deadline less the reserve, in epoch ms. */
export function deadlineOf(
  startedAt: number,
  lambdaEndsAt: number,
  settings: DeadlineSettings,
  callersDeadlineAt: number | undefined,
): number {
  const reserveMs = settings.reserveMs ?? Math.min(DEFAULT_RESERVE_MS, (lambdaEndsAt - startedAt) * RESERVE_SHARE);
  return Math.min(
    startedAt + (settings.timeoutMs ?? Infinity),
    lambdaEndsAt - reserveMs,
    callersDeadlineAt ?? Infinity,
  );
}

const NOTHING: Said = { deadlineAt: undefined, attempt: 1, never: false };

/**
 * Only who may invoke the function, write to a queue the rules name or has signed the call is believed; anybody can send a
 * header over HTTP.
 * A batch has until the latest of its records' deadlines, and no such limit when one of them has none.
 */
export function saidBy(trigger: Trigger, event: unknown, ownQueue: boolean, signedBy?: string): Said {
  if (signedBy || (trigger.kind === 'direct' && !trigger.byOutsider))
    return read((name) => headerOf(event, name), true);
  if (trigger.kind !== 'queue' || !ownQueue) return NOTHING;
  const records = recordsOf(event);
  const each = records.map((record) => read((name) => messageAttributeOf(record, name), false));
  // One first attempt in the batch is enough to treat the batch as one.
  const attempt = Math.min(...each.map((said) => said.attempt));
  if (each.length === 0) return NOTHING;
  const latest = Math.max(...records.map((record) => deadlineAtOf(record) ?? Infinity));
  const deadlineAt = latest === Infinity ? undefined : latest;
  return { deadlineAt, attempt, never: each.every((said) => said.never) };
}

function read(get: (name: string) => string | undefined, withDeadline: boolean): Said {
  const deadlineAt = withDeadline ? positive(get('x-flyball-deadline')) : undefined;
  return {
    deadlineAt,
    attempt: positive(get('x-flyball-attempt')) ?? 1,
    never: get('x-flyball-retry')?.trim().toLowerCase() === 'never',
  };
}

/** A whole number from 1, or nothing: what cannot be read is as good as not sent. */
function positive(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isSafeInteger(number) && number >= 1 ? number : undefined;
}
