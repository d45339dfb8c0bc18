// The plan of a gray publication: its steps, and what became of it. The control plane alone reads it.
import { keys } from '../keys.ts';
import type { Item, Key, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';
import type { Gray } from './gray.ts';
import type { GrayEnd, RulesState } from './rules-state.ts';

export interface GrayStep {
  /** In basis points. */
  readonly share: number;
  readonly bakeMs: number;
}

/** What a publisher plans beyond the first share. */
export interface PlanTerms {
  readonly steps?: readonly GrayStep[];
  /** When it is to take itself back, as the publisher wrote it. */
  readonly abortWhen?: Item;
  readonly ifTooLittleTraffic?: 'extend' | 'abort' | 'promote';
}

export interface GrayPlan {
  readonly revision: number;
  /** What the rest of the fleet ran when it began. */
  readonly baseRevision: number;
  readonly author: string;
  readonly note: string;
  /** ms since the epoch, as `stepSince`. */
  readonly startedAt: number;
  readonly steps: readonly GrayStep[];
  readonly step: number;
  readonly stepSince: number;
  readonly abortWhen?: Item;
  readonly ifTooLittleTraffic: 'extend' | 'abort' | 'promote';
  readonly state: 'running' | GrayEnd;
  /** Why it is in this state; empty while it runs. */
  readonly reason: string;
}

type Beginning = Gray & Pick<GrayPlan, 'baseRevision' | 'author' | 'note'>;

/** The item of a publication that is about to begin. */
export function planItem(service: string, gray: Beginning, terms: PlanTerms = {}): Item & Key {
  const { revision, baseRevision, author, note, startedAt, step } = gray;
  const { steps = [], abortWhen, ifTooLittleTraffic = 'extend' } = terms;
  return {
    ...keys.gray(service),
    ...{ revision, baseRevision, author, note, startedAt, step },
    stepSince: startedAt,
    steps: steps.map((one) => ({ ...one })),
    ifTooLittleTraffic,
    state: 'running',
    reason: '',
    ...(abortWhen ? { abortWhen } : {}),
  };
}

/**
 * The plan of the publication under way, or of the last one that ended; undefined when there is none. The head decides
 * what state it is in, for the plan is written a moment later.
 */
export async function readPlan(table: Table, service: string, state: RulesState): Promise<GrayPlan | undefined> {
  const item = await table.get(keys.gray(service), { consistent: true });
  const plan = item && planOf(item);
  const { gray, ended } = state;
  if (plan && plan.revision === gray?.revision) return { ...plan, state: 'running', step: gray.step };
  // One that somebody was about to begin, and died.
  return plan && plan.revision === ended?.revision ? { ...plan, state: ended.how } : undefined;
}

/** Notes what the head says already: how a publication ended and why, or since when it is at which step. */
export async function notePlan(
  table: Table,
  service: string,
  revision: number,
  news: { readonly state: GrayEnd; readonly reason: string } | { readonly step: number; readonly stepSince: number },
): Promise<void> {
  const fields = Object.entries(news);
  await table.update({
    key: keys.gray(service),
    update: `SET ${fields.map(([name]) => `#${name} = :${name}`).join(', ')}`,
    condition: '#revision = :revision',
    names: { '#revision': 'revision', ...Object.fromEntries(fields.map(([name]) => [`#${name}`, name])) },
    values: { ':revision': revision, ...Object.fromEntries(fields.map(([name, value]) => [`:${name}`, value])) },
  });
}

function planOf(item: Item): GrayPlan {
  const { text, number } = fieldsOf(item);
  const { abortWhen, steps, state, ifTooLittleTraffic } = item;
  return {
    revision: number('revision'),
    baseRevision: number('baseRevision'),
    author: text('author'),
    note: text('note'),
    startedAt: number('startedAt'),
    step: number('step'),
    stepSince: number('stepSince'),
    steps: Array.isArray(steps) ? steps.map((step) => stepOf(item, step)) : [],
    ifTooLittleTraffic:
      ifTooLittleTraffic === 'abort' || ifTooLittleTraffic === 'promote' ? ifTooLittleTraffic : 'extend',
    state: state === 'promoted' || state === 'aborted' ? state : 'running',
    reason: text('reason'),
    ...(isMap(abortWhen) ? { abortWhen } : {}),
  };
}

function stepOf({ pk, sk }: Item, value: Item[string]): GrayStep {
  const { number } = fieldsOf({ ...(isMap(value) ? value : {}), pk, sk, v: ITEM_VERSION });
  return { share: number('share'), bakeMs: number('bakeMs') };
}

function isMap(value: Item[string]): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
