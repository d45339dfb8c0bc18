// Counters as text that Prometheus scrapes: OpenMetrics 1.0, or Prometheus' own format 0.0.4 for whoever does not ask for it. Pure.
import { partsOf } from '../sums/subject.ts';
import { OTHER } from '../sums/sum.ts';
import { ENDS_MS, type Counters } from './counters.ts';
import { fairly } from './fair.ts';
import type { Subjects } from './growing.ts';
import type { ServiceDay } from './today.ts';

export type Format = 'openmetrics' | 'prometheus';

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
};

/** What an answer may weigh. */
export const LARGEST_BYTES = 5 * 10 ** 6;
/** What says what the families are. */
const HEADS_BYTES = 5_000;

interface Family {
  readonly type: 'counter' | 'histogram' | 'gauge';
  readonly unit?: 'seconds';
  readonly help: string;
}

const FAMILIES = {
  flyball_requests: { type: 'counter', help: 'Invocations since midnight UTC, by outcome.' },
  flyball_request_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'How long invocations took since midnight UTC, refused ones left out; the sum is off by up to 2.2 percent.',
  },
  flyball_refusals: { type: 'counter', help: 'Requests and records that flyball refused since midnight UTC, by rule.' },
  flyball_calls: { type: 'counter', help: 'Calls of dependencies since midnight UTC, by outcome.' },
  flyball_call_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'How long calls of dependencies took since midnight UTC, with all attempts; the sum is off by up to 2.2 percent.',
  },
  flyball_attempts: { type: 'counter', help: 'Attempts of calls since midnight UTC, by outcome.' },
  flyball_retries: { type: 'counter', help: 'Attempts after the first since midnight UTC.' },
  flyball_breaker_transitions: {
    type: 'counter',
    help: 'Changes of breakers that instances made or saw since midnight UTC.',
  },
  flyball_faults: { type: 'counter', help: 'What drills met since midnight UTC, by fault.' },
  flyball_hedges: { type: 'counter', help: 'Second attempts sent beside slow first ones since midnight UTC.' },
  flyball_hedges_won: { type: 'counter', help: 'Those of them that had the first good answer.' },
  flyball_inbound: { type: 'counter', help: 'Invocations since midnight UTC by what caused them, by outcome.' },
  flyball_instances: { type: 'gauge', help: 'Instances that were active in the last complete minute.' },
  flyball_last_complete_minute_timestamp_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: 'The end of the last minute that is counted here.',
  },
  flyball_merge_behind_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: 'How much older than it should be what is counted of a service: its minutes could not be merged yet.',
  },
  flyball_scrape_truncated: {
    type: 'gauge',
    help: 'Subjects of a service left out since the answer would be too long: its least busy.',
  },
  flyball_unreadable: {
    type: 'gauge',
    help: 'Services that are left out since what was merged of them cannot be read.',
  },
} as const satisfies Record<string, Family>;
type FamilyName = keyof typeof FAMILIES;

export interface Scrape {
  /** Beginning of the day, epoch ms. */
  readonly dayMs: number;
  /** Epoch ms. */
  readonly completeUntil: number;
  readonly days: readonly ServiceDay[];
  /** ms, of services whose minutes could not all be merged when they should have been. */
  readonly behindMs?: ReadonlyMap<string, number>;
  /** Services of which nothing can be told. */
  readonly unreadable?: readonly string[];
}

type Labels = Readonly<Record<string, string>>;

/** One subject's samples, by family. */
class Lines {
  readonly #byFamily = new Map<FamilyName, string[]>();
  readonly #format: Format;
  readonly #created: string;
  /** Bytes. */
  size = 0;

  constructor(format: Format, dayMs: number) {
    this.#format = format;
    this.#created = String(dayMs / 1000);
  }

  get families(): ReadonlyMap<FamilyName, readonly string[]> {
    return this.#byFamily;
  }

  gauge(family: FamilyName, labels: Labels, value: number): void {
    this.#line(family, family, labels, String(value));
  }

  counter(family: FamilyName, labels: Labels, value: number): void {
    this.#line(family, `${family}_total`, labels, String(value));
    this.#createdLine(family, labels);
  }

  histogram(family: FamilyName, labels: Labels, { durations }: Counters): void {
    let upTo = 0;
    durations.counts.forEach((count, i) => {
      upTo += count;
      const end = ENDS_MS[i];
      const le = end === undefined ? '+Inf' : String(end / 1000);
      this.#line(family, `${family}_bucket`, { ...labels, le }, String(upTo));
    });
    this.#line(family, `${family}_count`, labels, String(durations.count));
    this.#line(family, `${family}_sum`, labels, String(durations.sumMs / 1000));
    this.#createdLine(family, labels);
  }

  #createdLine(family: FamilyName, labels: Labels): void {
    if (this.#format === 'openmetrics') this.#line(family, `${family}_created`, labels, this.#created);
  }

  #line(family: FamilyName, name: string, labels: Labels, value: string): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    const line = `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`;
    const lines = this.#byFamily.get(family) ?? [];
    this.#byFamily.set(family, lines);
    lines.push(line);
    this.size += Buffer.byteLength(line);
  }
}

/** The text. Of more than fits, each service has as much as any other; of its subjects the busiest are there. */
export function exposition(scrape: Scrape, format: Format, most: number = LARGEST_BYTES): string {
  const { days, dayMs, completeUntil, behindMs, unreadable = [] } = scrape;
  const claimants = days.map(({ service, subjects }) => ({
    wanted: busiestFirst(subjects).map(
      ([subject, counters]) =>
        () =>
          linesOf(service, subject, counters, new Lines(format, dayMs)),
    ),
  }));
  const gauges = new Lines(format, dayMs);
  // A service that is behind is not one without instances.
  for (const { service, instances } of days) {
    if (!behindMs?.has(service)) gauges.gauge('flyball_instances', { service }, instances);
  }
  gauges.gauge('flyball_last_complete_minute_timestamp_seconds', {}, completeUntil / 1000);
  for (const [service, ms] of behindMs ?? []) gauges.gauge('flyball_merge_behind_seconds', { service }, ms / 1000);
  for (const service of unreadable) gauges.gauge('flyball_unreadable', { service }, 1);
  // Those numbers are known when everything else is there: none has more digits than this.
  const truncated = new Lines(format, dayMs);
  for (const { service, subjects } of days) truncated.gauge('flyball_scrape_truncated', { service }, subjects.size);

  const granted = fairly(claimants, most - HEADS_BYTES - gauges.size - truncated.size);
  days.forEach(({ service }, i) => gauges.gauge('flyball_scrape_truncated', { service }, granted[i]?.leftOut ?? 0));
  return textOf([...granted.flatMap(({ taken }) => taken), gauges], format);
}

function busiestFirst(subjects: Subjects): (readonly [subject: string, counters: Counters])[] {
  return [...subjects]
    .map(([subject, counters]) => ({ subject, counters, total: counters.total }))
    .sort((a, b) => b.total - a.total || compare(a.subject, b.subject))
    .map(({ subject, counters }) => [subject, counters]);
}

function linesOf(service: string, subject: string, counters: Counters, lines: Lines): Lines {
  const { kind, name } = partsOf(subject);
  switch (kind) {
    case 'resource': {
      const labels = { service, resource: name };
      for (const [outcome, count] of counters.outcomes)
        lines.counter('flyball_requests', { ...labels, outcome }, count);
      if (counters.durations.count > 0) lines.histogram('flyball_request_duration_seconds', labels, counters);
      break;
    }
    case 'dependency': {
      const labels = { service, dependency: name };
      for (const [outcome, count] of counters.outcomes) lines.counter('flyball_calls', { ...labels, outcome }, count);
      if (counters.durations.count > 0) lines.histogram('flyball_call_duration_seconds', labels, counters);
      for (const [outcome, count] of counters.attempts)
        lines.counter('flyball_attempts', { ...labels, outcome }, count);
      if (counters.retries > 0) lines.counter('flyball_retries', labels, counters.retries);
      break;
    }
    case 'inbound':
      for (const [outcome, count] of counters.outcomes) {
        lines.counter('flyball_inbound', { service, source: name, outcome }, count);
      }
      break;
    case 'service':
      for (const [key, count] of counters.refusals) {
        const labels = refusalOf(key);
        if (labels) lines.counter('flyball_refusals', { service, ...labels }, count);
      }
      for (const [key, count] of counters.transitions) {
        const labels = transitionOf(key);
        if (labels) lines.counter('flyball_breaker_transitions', { service, ...labels }, count);
      }
      for (const [fault, count] of counters.faults) lines.counter('flyball_faults', { service, fault }, count);
      for (const [key, count] of counters.hedges) {
        const [, what, dependency] = /^(sent|won):(.+)$/s.exec(key) ?? [];
        if (dependency === undefined) continue;
        lines.counter(what === 'won' ? 'flyball_hedges_won' : 'flyball_hedges', { service, dependency }, count);
      }
  }
  return lines;
}

/** `policy/rule/resource`; a resource may have slashes in its name. What is neither that nor `other` is no refusal of flyball's. */
function refusalOf(key: string): Labels | undefined {
  if (key === OTHER) return { policy: OTHER, rule: '', resource: '' };
  const [, policy, rule, resource] = /^([^/]+)\/([^/]+)\/(.*)$/s.exec(key) ?? [];
  return policy === undefined || rule === undefined || resource === undefined ? undefined : { policy, rule, resource };
}

/** `breaker/FROM/TO`, or `other`. */
function transitionOf(key: string): Labels | undefined {
  if (key === OTHER) return { breaker: OTHER, from: '', to: '' };
  const [, breaker, from, to] = /^(.+)\/([^/]+)\/([^/]+)$/s.exec(key) ?? [];
  return breaker === undefined || from === undefined || to === undefined ? undefined : { breaker, from, to };
}

function textOf(parts: readonly Lines[], format: Format): string {
  const texts = (Object.keys(FAMILIES) as FamilyName[]).flatMap((family) => {
    const lines = parts.flatMap((part) => part.families.get(family) ?? []);
    return lines.length > 0 ? [headOf(family, format), ...lines] : [];
  });
  return `${texts.join('')}${format === 'openmetrics' ? '# EOF\n' : ''}`;
}

function headOf(family: FamilyName, format: Format): string {
  const { type, help, unit }: Family = FAMILIES[family];
  // Prometheus' own format names a counter as its samples are.
  const name = format === 'prometheus' && type === 'counter' ? `${family}_total` : family;
  const units = format === 'openmetrics' && unit !== undefined ? `# UNIT ${name} ${unit}\n` : '';
  return `# TYPE ${name} ${type}\n${units}# HELP ${name} ${help}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
