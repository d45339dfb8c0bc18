// What a service lacks that somebody will miss when it fails: rules, an owner, objectives, a rule for what it calls. Pure.
import type { PublishedRules } from '../published-rules.ts';
import { UNREADABLE, type OrUnreadable } from '../../api/unreadable.ts';
import type { Seen } from './seen.ts';

/** In the order they are worth mending. */
export type Missing = 'rules' | 'telemetry' | 'owner' | 'dependencies' | 'jobs' | 'slos';

export interface ServiceCoverage {
  readonly service: string;
  /** Of its rules; null when none were published. */
  readonly revision: number | null;
  readonly owner: string | null;
  readonly missing: readonly Missing[];
  /** That report as this service, by their deployed names. */
  readonly functions: readonly string[];
  /** Called without a rule: no limit of time, no breaker, no retries. */
  readonly dependenciesWithoutRule: readonly string[];
  /** Nobody is named for them, neither by themselves nor by the service. */
  readonly jobsWithoutOwner: readonly string[];
  /** Its rules, or what it reported, could not be read: of that nothing is said to be missing. */
  readonly unreadable?: true;
}

/** Where telemetry counts the names that were too many. */
const OTHER = 'other';

export function coverageOf(
  service: string,
  published: OrUnreadable<PublishedRules | undefined>,
  reported: OrUnreadable<Seen>,
): ServiceCoverage {
  const rules = published === UNREADABLE ? undefined : published;
  const seen = reported === UNREADABLE ? undefined : reported;
  const { owner, dependencies = {}, jobs = {}, slos = {} } = rules?.document ?? {};
  const isRead = rules?.document !== undefined;
  const called = [...(seen?.dependencies ?? [])];
  const unruled = called.filter((name) => name !== OTHER && !Object.hasOwn(dependencies, name)).sort();
  const ownerless = Object.entries(jobs)
    .filter(([, job]) => (job.owner ?? owner) === undefined)
    .map(([name]) => name)
    .sort();
  const lacks: readonly (readonly [Missing, boolean])[] = [
    ['rules', published === undefined],
    // Of what could not be read, nothing is said to be missing.
    ['telemetry', seen?.functions.size === 0],
    ['owner', isRead && owner === undefined],
    ['dependencies', isRead && unruled.length > 0],
    ['jobs', ownerless.length > 0],
    ['slos', isRead && Object.keys(slos).length === 0],
  ];
  return {
    service,
    revision: rules?.revision ?? null,
    owner: owner ?? null,
    missing: lacks.filter(([, is]) => is).map(([what]) => what),
    functions: [...(seen?.functions ?? [])].sort(),
    dependenciesWithoutRule: published === undefined || isRead ? unruled : [],
    jobsWithoutOwner: ownerless,
    ...(published === UNREADABLE || reported === UNREADABLE ? { unreadable: true } : {}),
  };
}
