// Whether anything needs anybody, of all that the API says: well, waiting, in trouble, or not to be known. Pure.
import type { OpenAlert, OpenAlerts } from '../../api/alerts.ts';
import type { All } from '../../api/all.ts';
import { needsYou, standingOf, worstFirst } from '../../parts/standing.ts';
import type { Kind } from '../../parts/state.tsx';
import type { Coverage, Job, Topology } from './answers.ts';
import { NOTABLE_SHARE, refusalsOf, type Refusals } from './refusals.ts';

export const AREAS = [
  'objectives',
  'breakers',
  'refusals',
  'jobs',
  'fleets',
  'saturation',
  'rules',
  'flyball',
  'coverage',
] as const;
export type AreaName = (typeof AREAS)[number];

export const KINDS_OF: Record<Exclude<AreaName, 'coverage'>, readonly string[]> = {
  objectives: ['slo'],
  breakers: ['breaker'],
  refusals: ['throttle', 'quota'],
  jobs: ['job', 'check'],
  fleets: ['fleet'],
  saturation: ['saturation'],
  rules: ['rule', 'business'],
  flyball: ['flyball'],
};

/** Why nobody can know: the API is away, flyball's own tick does not run, telemetry is not merged, or jobs are not looked at. */
export type Doubt = 'away' | 'tick' | 'merge' | 'monitor' | 'unread';

export interface Area {
  readonly name: AreaName;
  readonly kind: Kind;
  /** What its kind is of, and what is wrong in all. */
  readonly open: number;
  readonly all: number;
  readonly doubt?: Doubt;
}

export type Verdict = 'loading' | 'well' | 'waits' | 'trouble' | 'unknown';

export interface Situation {
  readonly verdict: Verdict;
  readonly doubts: readonly Doubt[];
  readonly areas: readonly Area[];
  /** Burns, and nobody has it. */
  readonly needing: readonly OpenAlert[];
  /** Can wait until the hour of whoever owns it. */
  readonly waiting: readonly OpenAlert[];
  /** Somebody has it, or wants to hear nothing of it. */
  readonly inHand: readonly OpenAlert[];
  /** What fails and is not told of as an alert yet. */
  readonly failing: readonly Job[];
  /** Should have come by now, and has time yet. */
  readonly late: readonly Job[];
  readonly refusals: readonly Refusals[];
}

export interface Seen<T> {
  readonly data: T | undefined;
  readonly failed: boolean;
}

export interface Given {
  /** `isOld`: nobody has looked for a while, e.g. because the machine has slept. */
  readonly alerts: Seen<OpenAlerts> & { readonly isOld?: boolean };
  readonly jobs: Seen<Pick<All<Job>, 'rows' | 'coming'>>;
  readonly topology: Seen<Topology>;
  readonly coverage: Seen<Coverage>;
  /** ms since the epoch. */
  readonly at: number;
  /** Whether any traffic of a service that is there has been summed up. */
  readonly isCounted: boolean;
}

/** Of what is judged of counted traffic alone: before the first of it they are not well, but not known. */
const COUNTED: readonly AreaName[] = ['objectives', 'refusals', 'saturation'];

export function situationOf({ alerts, jobs, topology, coverage, at, isCounted }: Given): Situation {
  const open = [...(alerts.data?.alerts ?? [])].filter(({ status }) => status === 'firing').sort(worstFirst);
  const needing = open.filter((alert) => needsYou(alert, at));
  const waiting = open.filter((alert) => ['deferred', 'muted'].includes(standingOf(alert, at)));
  const told = new Set(open.map(({ key }) => key));
  const untold = (jobs.data?.rows ?? []).filter((job) => !told.has(keyOf(job)) && job.acknowledged === undefined);
  const failing = untold.filter(({ status }) => status !== 'late');
  const late = untold.filter(({ status }) => status === 'late');
  const hasJobs = jobs.data !== undefined && jobs.data.coming !== true;
  const refusals = topology.data ? refusalsOf(topology.data) : [];

  const doubtOf = (name: AreaName): Doubt | undefined => {
    if (name === 'coverage')
      return coverage.failed || coverage.data?.functions?.unknown !== undefined ? 'unread' : undefined;
    if (alerts.failed) return 'away';
    if (alerts.data?.stale === true) return 'tick';
    const is = (key: string) => told.has(`flyball/flyball/${key}`);
    if (name === 'jobs') return is('monitor') ? 'monitor' : jobs.failed ? 'unread' : undefined;
    if (name === 'refusals' && topology.failed) return 'unread';
    return name !== 'flyball' && name !== 'breakers' && is('merge') ? 'merge' : undefined;
  };
  const isReadOf = (name: AreaName): boolean => {
    if (name === 'coverage') return coverage.data !== undefined;
    if (alerts.data === undefined || alerts.isOld === true || (!isCounted && COUNTED.includes(name))) return false;
    return name === 'jobs' ? hasJobs : name !== 'refusals' || topology.data !== undefined;
  };
  const areas = AREAS.map((name): Area => {
    const doubt = doubtOf(name);
    const of = name === 'coverage' ? [] : open.filter(({ kind }) => KINDS_OF[name].includes(kind));
    const bare = name === 'coverage' ? (coverage.data?.functions?.withoutTelemetry?.length ?? 0) : 0;
    const more = name === 'jobs' ? failing.length : 0;
    const isNotable =
      (name === 'refusals' && refusals.some(({ share }) => share >= NOTABLE_SHARE)) ||
      (name === 'jobs' && late.length > 0);
    const isNeeding = of.filter((alert) => needing.includes(alert)).length + more;
    const isLaid = of.filter((alert) => waiting.includes(alert)).length;
    const kind: Kind =
      isNeeding > 0
        ? 'bad'
        : doubt !== undefined || !isReadOf(name)
          ? 'unknown'
          : isLaid > 0
            ? 'held'
            : isNotable || bare > 0
              ? 'warn'
              : of.length > 0
                ? 'off'
                : 'ok';
    return {
      ...{ name, kind, open: isNeeding || isLaid || bare, all: of.length + more + bare },
      ...(doubt === undefined ? {} : { doubt }),
    };
  });
  // Of what is refused, and of who tells nothing, alerts tell as well: what could not be read there leaves no doubt of the whole.
  const grave = areas.filter(({ name, doubt }) => doubt !== 'unread' || name === 'jobs');
  const doubts = [...new Set(grave.flatMap(({ doubt }) => doubt ?? []))];
  const isTrouble = needing.length + failing.length > 0;
  const isRead = (alerts.data !== undefined && alerts.isOld !== true) || alerts.failed;
  const isAll = isRead && (hasJobs || jobs.failed);
  const verdict: Verdict = isTrouble
    ? 'trouble'
    : doubts.length > 0
      ? 'unknown'
      : !isAll
        ? 'loading'
        : waiting.length > 0
          ? 'waits'
          : 'well';
  const inHand = open.filter((alert) => !needing.includes(alert) && !waiting.includes(alert));
  return { verdict, doubts, areas, needing, waiting, inHand, failing, late, refusals };
}

/** Of the alert that there is of it, if any. */
const keyOf = ({ kind, service, job, id }: Job): string =>
  kind === 'declared' ? `job/${service}/${job}` : `check/${service}/${id}`;
