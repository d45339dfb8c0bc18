// The plan of a gray publication: its steps, and what became of it. The control plane alone reads it.
import { due, keys } from '../keys.ts';
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
  /** Since when nobody can judge it, or too little comes, and it goes on as it is; ms since the epoch. */
  readonly extendedAt?: number;
  readonly decided?: Decision;
}

/** What is judged, and by what. Of one that nobody asked to have judged nothing becomes by itself. */
export function isJudged({ steps = [], abortWhen }: Pick<PlanTerms, 'steps' | 'abortWhen'>): boolean {
  return steps.length > 0 || abortWhen !== undefined;
}

/** What the judge is about to do: written before the head, so that whoever finds the head changed knows by whom and why. */
export interface Decision {
  readonly how: 'stepped' | GrayEnd;
  /** What the head has once it is done. */
  readonly seq: number;
  /** ms since the epoch. */
  readonly at: number;
  readonly reason: string;
  readonly figures: Item;
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
    ...(isJudged({ steps, ...(abortWhen ? { abortWhen } : {}) }) ? { due: due.grays, dueAt: startedAt } : {}),
  };
}

/**
 * The plan of the publication under way, or of the last one that ended; undefined when there is none. The head decides
 * what state it is in, for the plan is written a moment later.
 */
export async function readPlan(table: Table, service: string, state: RulesState): Promise<GrayPlan | undefined> {
  const plan = await readNotedPlan(table, service);
  const { gray, head, ended } = state;
  if (plan && plan.revision === gray?.revision) {
    const stepSince = plan.step === gray.step ? plan.stepSince : (head?.changedAt ?? plan.stepSince);
    return { ...plan, state: 'running', step: gray.step, stepSince };
  }
  // One that somebody was about to begin, and died.
  return plan && plan.revision === ended?.revision ? { ...plan, state: ended.how } : undefined;
}

/** As it was noted last, whatever the head says by now. */
export async function readNotedPlan(table: Table, service: string): Promise<GrayPlan | undefined> {
  const item = await table.get(keys.gray(service), { consistent: true });
  return item && planOf(item);
}

/** Services whose gray publication is to be judged. */
export async function listDueGrays(
  table: Table,
  nowMs: number,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ readonly services: string[]; readonly strangers: number; readonly cursor?: string }> {
  const { limit, cursor } = page;
  const index = { name: 'due', dueUpTo: nowMs } as const;
  const found = await table.query({ pk: due.grays, index, limit, ...(cursor === undefined ? {} : { cursor }) });
  const services = found.items.flatMap(({ pk, sk }) => {
    const service = typeof pk === 'string' ? pk.slice(keys.gray('').pk.length) : '';
    const own = keys.gray(service);
    return own.pk === pk && own.sk === sk ? [service] : [];
  });
  const strangers = found.items.length - services.length;
  return { services, strangers, ...(found.cursor === undefined ? {} : { cursor: found.cursor }) };
}

/** Has nobody judge a publication that never began. */
export async function forgetPlan(table: Table, service: string, revision: number): Promise<void> {
  await table.update({
    key: keys.gray(service),
    update: 'REMOVE #due, #dueAt',
    condition: '#revision = :revision',
    names: { '#revision': 'revision', '#due': 'due', '#dueAt': 'dueAt' },
    values: { ':revision': revision },
  });
}

/** What else there is to be noted of a plan. */
type News =
  | { readonly state: GrayEnd; readonly reason: string }
  | { readonly step: number; readonly stepSince: number }
  | { readonly extendedAt: number }
  | { readonly decided: Item };

/** What each kind of news makes untrue. */
function outdatedBy(news: News): readonly string[] {
  if ('state' in news) return ['due', 'dueAt', 'decided', 'extendedAt'];
  return 'step' in news ? ['decided', 'extendedAt'] : [];
}

/** Notes what the head says already (how a publication ended and why, or since when it is at which step), or what is about to be done. */
export async function notePlan(table: Table, service: string, revision: number, news: News): Promise<void> {
  const fields = Object.entries(news);
  const outdated = outdatedBy(news);
  const removed = outdated.length === 0 ? '' : ` REMOVE ${outdated.map((name) => `#${name}`).join(', ')}`;
  await table.update({
    key: keys.gray(service),
    update: `SET ${fields.map(([name]) => `#${name} = :${name}`).join(', ')}${removed}`,
    condition: '#revision = :revision',
    names: {
      '#revision': 'revision',
      ...Object.fromEntries([...fields.map(([name]) => name), ...outdated].map((name) => [`#${name}`, name])),
    },
    values: { ':revision': revision, ...Object.fromEntries(fields.map(([name, value]) => [`:${name}`, value])) },
  });
}

function planOf(item: Item): GrayPlan {
  const { text, number, optionalNumber } = fieldsOf(item);
  const { abortWhen, steps, state, ifTooLittleTraffic } = item;
  const decided = decisionOf(item);
  const extendedAt = optionalNumber('extendedAt');
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
    ...(extendedAt === undefined ? {} : { extendedAt }),
    ...(decided ? { decided } : {}),
  };
}

function decisionOf({ pk, sk, decided }: Item): Decision | undefined {
  if (!isMap(decided)) return undefined;
  const { text, number } = fieldsOf({ ...decided, pk, sk, v: ITEM_VERSION });
  const { how, figures } = decided;
  if (how !== 'stepped' && how !== 'promoted' && how !== 'aborted') return undefined;
  return { how, seq: number('seq'), at: number('at'), reason: text('reason'), figures: isMap(figures) ? figures : {} };
}

function stepOf({ pk, sk }: Item, value: Item[string]): GrayStep {
  const { number } = fieldsOf({ ...(isMap(value) ? value : {}), pk, sk, v: ITEM_VERSION });
  return { share: number('share'), bakeMs: number('bakeMs') };
}

function isMap(value: Item[string]): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
