// The sums of a stretch of time: of the service, each resource, each dependency and each source. Made from instances' minutes,
// or from the sums of shorter stretches.
import { unpackDetail, type Inbound, type Measures, type MinuteDetail } from '../../../store/items/telemetry-detail.ts';
import type { Counts, Tallies, Tally, TelemetryMinute } from '../../../store/items/telemetry.ts';
import { BurstSums } from './bursts.ts';
import type { SlotData, SumData } from './data.ts';
import { dependencySubject, inboundSubject, partsOf, resourceSubject, SERVICE, type SubjectName } from './subject.ts';
import { isMap, LONGEST_NAME, OTHER, Sum } from './sum.ts';

/** Of a service; beyond, sums are added to that of `other`. */
const MOST_SUBJECTS = 1_000;
/** Names of one kind in what one instance put: none counts more than two hundred, and what else is there is no instance's. */
const MOST_NAMED = 300;
/** Of the rules, in one minute of a service. */
const MOST_REVISIONS = 8;

export class Slot {
  readonly #sums = new Map<string, Sum>();
  /** By revision, of what instances tell apart. */
  readonly #sides = new Map<string, Sum>();
  readonly #bursts = new BurstSums();

  /** Adds what one instance put; each may be added once. `detail` is for whoever has unpacked it already. */
  addMinute(minute: TelemetryMinute, detail: MinuteDetail = unpackDetail(minute.detail)): void {
    const service = this.#of(SERVICE);
    service.instances++;
    service.addCounts('internal', minute.internal);
    service.addCounts('revisions', { [String(minute.revision)]: 1 });
    if (minute.rejected !== undefined) service.addCounts('rejected', { [String(minute.rejected)]: 1 });
    service.addCounts('versions', { [minute.version]: 1 });
    service.addCounts('functions', { [`${minute.functionName}:${minute.functionVersion}`]: 1 });
    for (const [name, tally] of tallies(minute.resources)) {
      const resource = this.#of(resourceSubject(name));
      resource.instances++;
      for (const sum of [resource, service]) sum.addTally(tally);
    }
    for (const [name, measures] of entries(detail.resources).slice(0, MOST_NAMED)) {
      for (const sum of [this.#of(resourceSubject(name)), service]) sum.add(measuresOf(measures));
    }
    for (const [name, tally] of tallies(minute.calls)) {
      const dependency = this.#of(dependencySubject(name));
      dependency.instances++;
      dependency.addTally(tally);
    }
    for (const [name, tally] of tallies(minute.attempts)) {
      this.#of(dependencySubject(name)).attempts.addTally(tally);
      service.attempts.addTally(tally);
    }
    for (const [name, { retries, target, ...measures }] of entries(detail.dependencies).slice(0, MOST_NAMED)) {
      this.#of(dependencySubject(name)).add({
        ...measuresOf(measures),
        ...(retries === undefined ? {} : { retries }),
        ...(target === undefined ? {} : { target }),
      });
      if (retries !== undefined) service.add({ retries });
    }
    for (const [source, inbound] of entries(detail.inbound).slice(0, MOST_NAMED)) {
      const sum = this.#of(inboundSubject(source));
      sum.instances++;
      sum.add(inboundOf(inbound));
      // What waited in a parking queue has its age as what it was before, too: of the service it is told once.
      if (inbound.ages !== undefined && entries(inbound.outcomes).length > 0) service.add(agesOf(inbound));
    }
    this.#addSides(detail.sides);
    if (detail.bursts) this.#bursts.add(detail.bursts, minute.from);
    this.#addByName('refusals', minute.refusals);
    this.#addByName('shadow', minute.shadow);
    this.#addTransitions(minute.transitions);
    service.add({
      ...(detail.keys ? { keys: detail.keys } : {}),
      ...(detail.errors ? { errors: detail.errors } : {}),
      ...(detail.machine ? { machine: detail.machine } : {}),
    });
  }

  #addSides(sides: MinuteDetail['sides']): void {
    for (const [revision, { outcomes, durations }] of entries(sides)) {
      let sum = this.#sides.get(revision);
      if (!sum) {
        if (!/^[0-9]{1,15}$/.test(revision) || this.#sides.size >= MOST_REVISIONS) continue;
        this.#sides.set(revision, (sum = new Sum()));
      }
      sum.add({ outcomes, ...(durations === undefined ? {} : { durations }) });
    }
  }

  /** By revision, while part of the fleet is given another; empty otherwise, and of more than a minute. */
  sides(): ReadonlyMap<string, Sum> {
    return this.#sides;
  }

  /** Instance minutes that a newer flyball wrote. */
  addUnreadable(count: number): void {
    if (count > 0) this.#of(SERVICE).unreadable += count;
  }

  /** Adds the sums of another stretch of time. */
  add({ subjects }: SlotData): void {
    for (const [subject, data] of entries(subjects)) this.#of(subject).add(data);
  }

  /** Adds one subject's sum alone. */
  addSum(subject: SubjectName, data: SumData): void {
    this.#of(subject).add(data);
  }

  /** `policy/rule/resource`: of the service, the resource, and the dependency whose breaker it was. */
  #addByName(kind: 'refusals' | 'shadow', counts: Counts): void {
    this.#of(SERVICE).addCounts(kind, counts);
    for (const [key, count] of entries(counts).slice(0, MOST_NAMED)) {
      const [policy = '', rule = ''] = key.split('/', 2);
      const resource = key.slice(policy.length + rule.length + 2);
      if (resource !== '') this.#of(resourceSubject(resource)).addCounts(kind, { [key]: count });
      // Those of resources are counted with them.
      if (policy === 'breaker' && resourceOf(rule) === undefined) {
        this.#of(dependencySubject(rule)).addCounts(kind, { [key]: count });
      }
    }
  }

  /** `breaker/FROM/TO`: breakers are named after their dependencies, or `resource:` and their resources. */
  #addTransitions(counts: Counts): void {
    this.#of(SERVICE).addCounts('transitions', counts);
    for (const [key, count] of entries(counts).slice(0, MOST_NAMED)) {
      const [breaker = ''] = key.split('/', 1);
      const resource = resourceOf(breaker);
      const subject = resource === undefined ? dependencySubject(breaker) : resourceSubject(resource);
      this.#of(subject).addCounts('transitions', { [key]: count });
    }
  }

  #of(subject: string): Sum {
    const known = this.#sums.get(subject);
    if (known) return known;
    const { kind, name: own } = partsOf(subject);
    const name = this.#sums.size < MOST_SUBJECTS && own.length <= LONGEST_NAME ? subject : `${kind}#other`;
    let sum = this.#sums.get(name);
    if (!sum) this.#sums.set(name, (sum = new Sum()));
    return sum;
  }

  get empty(): boolean {
    return this.#sums.size === 0;
  }

  /** The sum of a subject; undefined when nothing is known of it. */
  sum(subject: SubjectName): Sum | undefined {
    return this.#sums.get(subject);
  }

  /** All there are, e.g. of `resource#`, by name. */
  sums(): ReadonlyMap<string, Sum> {
    return this.#sums;
  }

  data(): SlotData {
    const bursts = this.#bursts.data();
    const subjects = Object.fromEntries([...this.#sums].map(([subject, sum]) => [subject, sum.data()]));
    return { subjects, ...(bursts ? { bursts } : {}) };
  }
}

function measuresOf({ waits, bytesIn, bytesOut, left }: Measures): SumData {
  return {
    ...(waits === undefined ? {} : { waits }),
    ...(bytesIn === undefined ? {} : { bytesIn }),
    ...(bytesOut === undefined ? {} : { bytesOut }),
    ...(left === undefined ? {} : { left }),
  };
}

function inboundOf(inbound: Inbound): SumData {
  const { outcomes, durations, maxMs } = inbound;
  return {
    outcomes,
    ...(durations === undefined ? {} : { durations }),
    ...(maxMs === undefined ? {} : { maxMs }),
    ...agesOf(inbound),
  };
}

function agesOf({ ages, maxAgeMs }: Inbound): SumData {
  return { ...(ages === undefined ? {} : { ages }), ...(maxAgeMs === undefined ? {} : { maxAgeMs }) };
}

/** What an instance put may be anything: what is no map of things has no entries. */
function entries<T>(map: { readonly [name: string]: T } | undefined): [string, T][] {
  return map !== undefined && isMap(map)
    ? Object.entries(map).filter(([, value]) => value !== null && value !== undefined)
    : [];
}

/** Whatever has too many names is counted all the same. */
function tallies(map: Tallies): [string, Tally][] {
  return entries(map).map(([name, tally], i) => [i < MOST_NAMED ? name : OTHER, tally]);
}

const OF_RESOURCE = 'resource:';

/** The resource whose breaker it is; undefined when it is a dependency's, whose name has no colon. */
function resourceOf(breaker: string): string | undefined {
  return breaker.startsWith(OF_RESOURCE) ? breaker.slice(OF_RESOURCE.length) : undefined;
}
