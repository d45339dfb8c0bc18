// What is known of a gray publication: both sides' figures since its step began, the verdict, and what follows from it.
import { EVERY_SERVICE, readMergeProgress } from '../../../store/items/merge-progress.ts';
import { isJudged, type GrayPlan } from '../../../store/items/gray-plan.ts';
import { readSides } from '../../../store/items/gray-sides.ts';
import type { Item, Table } from '../../../store/port.ts';
import { BLIND_MS, judgedFrom, nextOf, type Next } from './next.ts';
import { marginsOf } from './plan-terms.ts';
import { figuresOf, judge, minus, NOTHING, p99Of, plus, type Figures, type Judgement } from './verdict.ts';

const MINUTE_MS = 60_000;
/** Where nobody judges, the figures are of this long at most: they are looked at every few seconds. */
const UNJUDGED_MS = 60 * MINUTE_MS;

export interface Look {
  /** The first minute that counts. */
  readonly from: number;
  readonly part: Figures;
  readonly rest: Figures;
  readonly judgement: Judgement;
  readonly coveredUntil: number;
  readonly next: Next;
}

/** `plan` is one that runs. What is known of minutes that are not over for good counts: what is bad is not waited for. */
export async function lookAt(table: Table, service: string, plan: GrayPlan, nowMs: number): Promise<Look> {
  const coveredUntil = await coveredOf(table, service);
  const earliest = nowMs - (isJudged(plan) ? BLIND_MS : UNJUDGED_MS);
  const from = Math.max(judgedFrom(plan), Math.ceil(earliest / MINUTE_MS) * MINUTE_MS);
  let [part, all] = [NOTHING, NOTHING];
  for await (const { data } of readSides(table, service, from, nowMs)) {
    const side = data.sides[String(plan.revision)];
    if (side) part = plus(part, figuresOf(side));
    all = plus(all, figuresOf(data.all));
  }
  const rest = minus(all, part);
  const judgement = judge(part, rest, marginsOf(plan));
  return { from, part, rest, judgement, coveredUntil, next: nextOf({ plan, judgement, coveredUntil, nowMs }) };
}

/** Everything that began before this has been merged; 0 before the merge has ever run. */
async function coveredOf(table: Table, service: string): Promise<number> {
  const progress = await readMergeProgress(table);
  if (!progress) return 0;
  const open = [EVERY_SERVICE, service].flatMap((name) =>
    Object.hasOwn(progress.open, name) ? (progress.open[name] ?? []) : [],
  );
  return Math.min(progress.upTo, ...open.map(([from]) => from));
}

/** As answers and audit entries have them. */
export function shownFigures(side: Figures): Item & { requests: number; refused: number; failed: number } {
  const { requests, refused, failed } = side;
  const p99 = p99Of(side);
  return { requests, refused, failed, ...(p99 === undefined ? {} : { p99Ms: Number(p99.toPrecision(3)) }) };
}
