// What the published rules of a service promise: its objectives, and whose doing a refusal is.
import type { RuleDocument, SloRule } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration, parseShare } from '../../../middleware/kernel/units.ts';
import type { Table } from '../../../store/port.ts';
import { readPublished } from '../published-rules.ts';
import { resourceSubject, SERVICE, type SubjectName } from '../sums/subject.ts';
import { whoseDoing, type Whose } from './refusals.ts';

export type Window = NonNullable<SloRule['window']>;
const USUAL_WINDOW: Window = '30d';

export interface Objective {
  readonly name: string;
  /** The share of requests that is to be good, 0.5 to less than 1. */
  readonly objective: number;
  /** Good is what took no longer, ms; without it, what did not fail. */
  readonly latencyMs: number | undefined;
  /** All of the service when undefined. */
  readonly resources: readonly string[] | undefined;
  readonly window: Window;
}

export interface Promised {
  /** Of the rules; 0 when none are published. */
  readonly revision: number;
  readonly objectives: readonly Objective[];
  readonly whose: Whose;
}

export async function readPromised(table: Table, service: string): Promise<Promised> {
  const { revision = 0, document } = (await readPublished(table, service)) ?? {};
  return { revision, objectives: objectivesOf(document?.slos), whose: whoseDoing(document ?? {}) };
}

export function objectivesOf(slos: RuleDocument['slos'] = {}): Objective[] {
  return Object.entries(slos).map(([name, { objective, latency, resources, window = USUAL_WINDOW }]) => ({
    name,
    // 99.9 / 100 is a little more than 0.999.
    objective: Number(parseShare(objective).toPrecision(12)),
    latencyMs: latency === undefined ? undefined : parseDuration(latency),
    resources,
    window,
  }));
}

/** As sums are named: what is to be added up for it. */
export function subjectsOf({ resources }: Objective): readonly SubjectName[] {
  return resources ? [...new Set(resources)].map(resourceSubject) : [SERVICE];
}
