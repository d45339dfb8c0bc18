// `POST /v1/services/{service}/draft/simulate`: what a draft would have done to the last minutes, beside the rules in force.
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { EVERY_SERVICE, readMergeProgress } from '../../../store/items/merge-progress.ts';
import { readState, type RulesState } from '../../../store/items/rules-state.ts';
import type { Table } from '../../../store/port.ts';
import { bodyOf, json, route, valueOfSource, type ApiRequest, type ApiResponse, type Route } from '../../api/index.ts';
import { existingDraft } from '../drafts.ts';
import { validatedNow, warningsNow } from '../drills.ts';
import type { Parts } from '../parts.ts';
import { publishedOf } from '../published.ts';
import { simulateBody, simulateDraft } from './described.ts';
import { examplesOf } from './examples.ts';
import { MINUTE_MS, readRecord, tooMuch, type Recorded } from './record.ts';
import { replay, type RuleReplayed } from './replay.ts';
import type { SideEffects } from './rule-effects.ts';
import { summaryOf } from './summary.ts';
import type { Scene } from './throttles.ts';
import { unsaidOf } from './unsaid.ts';

/** Within the function's own time. */
const LONGEST_MS = 5_000;
/** What an instance counts in a minute has been merged so long after it began, while the merge runs when it should. */
const MERGED_AFTER_MS = 3 * MINUTE_MS;
/** A function may go on for so long by the rules of before. */
const FOLLOWED_AFTER_MS = MINUTE_MS;

export function simulateRoutes(parts: Parts): Route[] {
  return [
    route('POST', '/v1/services/{service}/draft/simulate', 'viewer', simulateDraft, (request) =>
      simulate(parts, request, request.params.service),
    ),
  ];
}

async function simulate({ table, clock }: Parts, request: ApiRequest, service: string): Promise<ApiResponse> {
  const begunAt = clock.now();
  const { minutes, document } = bodyOf(request, simulateBody);
  const value =
    document === undefined
      ? valueOfSource((await existingDraft(table, service)).source)
      : typeof document === 'string'
        ? valueOfSource(document)
        : document;
  const draft = await validatedNow(table, service, value, request.at);
  const [to, state, current, warnings] = await Promise.all([
    mergedUntil(table, service, request.at),
    readState(table, service),
    publishedOf(table, service),
    warningsNow(table, service, draft, request.at),
  ]);
  const inTime = () => clock.now() - begunAt <= LONGEST_MS;
  const record = await readRecord(table, service, { from: to - minutes * MINUTE_MS, to }, { inTime });
  const steady = wasInForce(state, record.from);
  const scene: Scene = { record, current: current ?? noRules(service), draft, steady };
  const rules: RuleReplayed[] = [];
  for (const rule of replay(scene)) {
    rules.push(rule);
    if (!inTime()) throw tooMuch();
  }
  const seen = seenIn(record);
  const { now, draft: drafted, difference, worse, unclear } = summaryOf(rules, seen, steady);
  return json({
    service,
    from: new Date(record.from).toISOString(),
    to: new Date(to).toISOString(),
    minutes,
    recordedMinutes: record.told,
    revision: current === undefined ? null : (state.head?.revision ?? null),
    steady,
    document: document === undefined ? 'draft' : 'given',
    summary: {
      seen,
      now: { refused: now },
      draft: { refused: drafted },
      difference: { refused: difference },
      ...{ worse, unclear },
    },
    rules: rules.map((rule) => ({ ...shown(rule), examples: examplesOf(record, rule, draft) })),
    cannotSay: unsaidOf(scene),
    ...warnings,
  });
}

/** Minutes that begin before this are whole. */
async function mergedUntil(table: Table, service: string, nowMs: number): Promise<number> {
  const byTime = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS - MERGED_AFTER_MS;
  const progress = await readMergeProgress(table);
  if (!progress) return byTime;
  const open = [EVERY_SERVICE, service].flatMap((name) =>
    Object.hasOwn(progress.open, name) ? (progress.open[name] ?? []) : [],
  );
  return Math.min(byTime, progress.upTo, ...open.map(([from]) => from));
}

/** Whether instances went by what is in force now from the first of these minutes on, all of them. */
function wasInForce({ head, gray }: RulesState, fromMs: number): boolean {
  if (!head) return true;
  return gray === undefined && Math.max(head.publishedAt, head.changedAt ?? 0) + FOLLOWED_AFTER_MS <= fromMs;
}

const noRules = (service: string): RuleDocument => ({ apiVersion: 'flyball/v1', service });

function seenIn({ resources }: Recorded): number {
  let seen = 0;
  for (const { total } of resources.values()) for (const count of total) seen += count;
  return Math.round(seen);
}

function shown({ path, kind, change, seen, of, now, draft, difference }: RuleReplayed) {
  const cannotSay = [...new Set([...(now?.cannotSay ?? []), ...(draft?.cannotSay ?? [])])];
  return { path, kind, change, seen, of, now: effectsOf(now), draft: effectsOf(draft), difference, cannotSay };
}

/** What is said of both sides stands beside them. */
function effectsOf(side: SideEffects | undefined) {
  return side ? { ...side, cannotSay: undefined } : null;
}
