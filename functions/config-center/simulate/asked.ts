// Which of the recorded requests a rule is asked about, minute by minute. Pure.
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { LEAD, type Recorded, type Stream } from './record.ts';

export interface Asked {
  /** The fewest and the most there were of each minute. */
  readonly least: readonly number[];
  readonly most: readonly number[];
  /** Of the minutes before. */
  readonly lead: readonly number[];
  /** All of `most`. */
  readonly total: number;
  readonly streams: readonly Stream[];
  /** Names of the resources, those that were asked for alone. */
  readonly resources: ReadonlySet<string>;
  /** What refused them, by `policy/rule`. */
  readonly refusals: ReadonlyMap<string, number>;
}

/** Many rules are asked about the same requests: each set is added up once. */
const KNOWN = new WeakMap<Recorded, Map<string, Asked>>();

/** The requests of some resources, or of all, that got as far as this kind of rule. */
export function askedOf(
  record: Recorded,
  document: RuleDocument,
  resources: readonly string[] | undefined,
  kind: 'throttle' | 'quota' | 'concurrency',
): Asked {
  const wanted = (name: string) =>
    (!resources || resources.includes(name)) && document.resources?.[name]?.match.trigger !== 'stream';
  const names = [...record.resources.keys()].filter(wanted);
  const known = KNOWN.get(record) ?? new Map<string, Asked>();
  KNOWN.set(record, known);
  const id = JSON.stringify([kind, names]);
  const asked = known.get(id) ?? addedUp(record, names, kind);
  known.set(id, asked);
  return asked;
}

function addedUp(record: Recorded, names: readonly string[], kind: 'throttle' | 'quota' | 'concurrency'): Asked {
  const streams = names.flatMap((name) => record.resources.get(name) ?? []);
  const at = (values: Float64Array, minute: number) => values[minute] ?? 0;
  const sums = (part: (stream: Stream, minute: number) => number) =>
    Array.from({ length: record.minutes }, (_, minute) =>
      streams.reduce((sum, stream) => sum + Math.max(0, part(stream, minute)), 0),
    );
  const most = sums(({ total, before }, minute) => at(total, minute) - at(before, minute));
  const least =
    kind === 'throttle'
      ? most
      : sums(({ total, before, beside }, minute) => at(total, minute) - at(before, minute) - at(beside, minute));
  return {
    ...{ least, most, streams },
    lead: Array.from({ length: LEAD }, (_, i) => streams.reduce((sum, { lead }) => sum + at(lead, i), 0)),
    total: most.reduce((sum, count) => sum + count, 0),
    resources: new Set(names),
    refusals: refusalsIn(streams),
  };
}

/** By `policy/rule`. */
function refusalsIn(streams: readonly Stream[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { refusals } of streams) {
    for (const [key, count] of Object.entries(refusals)) {
      const rule = key.split('/', 2).join('/');
      counts.set(rule, (counts.get(rule) ?? 0) + count);
    }
  }
  return counts;
}

/** Of these resources, what one rule refused, and what all other throttles and limits of concurrency did. */
export function refusedBy({ refusals }: Asked, policy: string, rule: string): { own: number; others: number } {
  let others = 0;
  for (const [key, count] of refusals) {
    if (key !== `${policy}/${rule}` && /^(throttle|concurrency)\//.test(key)) others += count;
  }
  return { own: refusals.get(`${policy}/${rule}`) ?? 0, others };
}

/** Whether a message of a queue may be one of many of its request: then requests say little of what is asked for. */
export function mayBeBatches(record: Recorded, { resources }: Asked, documents: readonly RuleDocument[]): boolean {
  return [...resources].some((name) => {
    const triggers = documents.map((document) => document.resources?.[name]?.match.trigger);
    if (triggers.includes('queue')) return true;
    return record.fromQueues && triggers.includes(undefined) && !triggers.some((trigger) => trigger !== undefined);
  });
}
