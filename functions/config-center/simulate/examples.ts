// Requests to look at: of those that were recorded one by one, some that a rule would have met. Pure.
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import type { Sample } from '../../../store/items/telemetry-detail.ts';
import { MINUTE_MS, type Recorded } from './record.ts';
import type { RuleReplayed } from './replay.ts';

const MOST = 5;

export interface Example {
  readonly at: string;
  readonly requestId: string;
  readonly resource: string;
  readonly traceId?: string;
}

/** Of a deadline those that took longer; of a breaker those that failed; else those of the busiest minutes. */
export function examplesOf(record: Recorded, rule: RuleReplayed, draft: RuleDocument): Example[] {
  const { kind, resources } = rule;
  const meets = Object.values(rule.draft ?? {}).some((value) => isRange(value) && value.high > 0);
  if (!meets) return [];
  const own = record.samples.filter(({ resource, outcome }) => resources.has(resource) && outcome !== 'refused');
  const ranked =
    kind === 'deadline'
      ? own.filter(({ resource, ms }) => ms > timeoutOf(draft, resource)).sort((a, b) => b.ms - a.ms)
      : kind === 'breaker'
        ? own.filter(({ why }) => why === 'failed')
        : own
            .map((sample) => [sample, load(record, sample)] as const)
            .sort(([, a], [, b]) => b - a)
            .map(([sample]) => sample);
  return ranked.slice(0, MOST).map(({ at, requestId, resource, traceId }) => ({
    ...{ at: new Date(at).toISOString(), requestId, resource },
    ...(traceId === undefined ? {} : { traceId }),
  }));
}

function timeoutOf(document: RuleDocument, resource: string): number {
  const timeout = document.resources?.[resource]?.deadline?.timeout;
  return timeout === undefined ? Infinity : parseDuration(timeout);
}

function load({ from, resources }: Recorded, { at, resource }: Sample): number {
  return resources.get(resource)?.total[Math.floor((at - from) / MINUTE_MS)] ?? 0;
}

const isRange = (value: unknown): value is { readonly high: number } =>
  typeof value === 'object' && value !== null && 'high' in value;
