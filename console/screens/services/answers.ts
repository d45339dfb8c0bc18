// What the API answers about services, as this screen reads it.
export interface ServiceEntry {
  readonly service: string;
  readonly since: string;
  readonly revision?: number;
  readonly publishedAt?: string;
  readonly author?: string;
  readonly owner?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly gray?: { readonly revision: number };
  readonly removed?: { readonly revision: number; readonly at: string; readonly by: string };
  readonly draft?: { readonly author: string; readonly updatedAt: string; readonly inForce: boolean };
}

export interface ServicePage {
  readonly services: readonly ServiceEntry[];
  readonly cursor?: string;
}

export interface Topology {
  readonly from: string;
  readonly to: string;
  readonly completeUntil: string;
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly count: number;
    readonly errorShare: number | null;
    readonly refusedShare: number | null;
  }[];
}

export type Counts = Readonly<Record<string, number>>;
export type Percentiles = Readonly<Record<string, number>>;

export interface Measured {
  readonly instances: number;
  readonly count: number;
  readonly outcomes: Counts;
  readonly cold: number;
  readonly slow: number;
  readonly durationMs: Percentiles | null;
  /** By `policy/rule/resource`. */
  readonly refusals: Counts;
  readonly shadow: Counts;
}

export interface Series {
  readonly from: string;
  readonly to: string;
  readonly stepMs: number;
  readonly completeUntil: string;
  readonly behindMs?: number;
  readonly total: Measured;
  readonly points: readonly (Measured & { readonly at: string; readonly partial?: true })[];
  readonly resources: readonly string[];
}

export interface HeatSeries {
  readonly stepMs: number;
  readonly points: readonly { readonly at: string; readonly partial?: true }[];
  readonly heatmap?: readonly {
    readonly overMs: number;
    readonly upToMs: number;
    readonly counts: readonly number[];
  }[];
}

export interface KeySeries {
  readonly total: { readonly keys?: Readonly<Record<string, readonly BusyKey[]>> };
}

/** As the table has it, how often, and how far that may be above the truth. */
export type BusyKey = readonly [key: string, count: number, over: number];

export type BreakerName = 'CLOSED' | 'OPEN' | 'HALF_OPEN' | 'FORCED_OPEN' | 'FORCED_CLOSED';

export interface BreakerStanding {
  readonly key?: string;
  readonly state: BreakerName;
  /** When it last changed, in ms; 0 if it never has. */
  readonly epoch: number;
  readonly since: string | null;
  readonly window: { readonly calls: number; readonly failures: number; readonly slow: number };
  readonly openUntil?: string;
  readonly probes?: readonly { readonly by: string; readonly until: string }[];
  readonly successes?: number;
  readonly ramp?: { readonly share: number; readonly stageEndsAt?: string };
  readonly forced?: { readonly until: string | null; readonly reason: string; readonly by: string };
  readonly because: { readonly cause: string; readonly by: string; readonly reason?: string } | null;
}

export interface Breaker extends Partial<BreakerStanding> {
  readonly name: string;
  readonly kind: 'dependency' | 'resource';
  readonly mode: string;
  readonly state: BreakerName;
  readonly keyedBy?: readonly string[];
  /** Of a rule with a key: those of late. */
  readonly keys?: readonly BreakerStanding[];
}

export interface Transition {
  readonly at: string;
  readonly key?: string;
  readonly from: string;
  readonly to: string;
  readonly cause: string;
  readonly by: string;
  readonly reason?: string;
  readonly until?: string;
  readonly counts?: { readonly calls?: number; readonly failures?: number; readonly slow?: number };
}

export interface Transitions {
  readonly transitions: readonly Transition[];
  readonly cursor?: string;
}

export interface Throttle {
  readonly name: string;
  readonly limit: string;
  readonly key: readonly string[];
  readonly algorithm: string;
  readonly scope: string;
  readonly mode: string;
  readonly burst?: number;
  readonly resources?: readonly string[];
}

export interface ThrottleOfKey extends Throttle {
  readonly stored: string;
  readonly state: {
    readonly limit: string;
    readonly known: boolean;
    readonly remaining: number;
    readonly moreAt: string | null;
    readonly burst?: number;
    readonly used?: number;
    readonly start?: string;
    readonly end?: string;
  } | null;
  readonly certain?: boolean;
  readonly reason?: string;
}

export interface Concurrency {
  readonly concurrency: readonly {
    readonly name: string;
    readonly mode: string;
    readonly scope: string;
    readonly resources?: readonly string[];
    readonly limit: number | 'adaptive';
    readonly held: number | null;
    readonly reason?: string;
    readonly adaptive?: { readonly floor: number; readonly ceiling: number; readonly latencyMs: number | null };
  }[];
}

export interface Usage {
  readonly usage: readonly {
    readonly rule: string;
    readonly key: string;
    readonly used: number;
    readonly held?: number;
    readonly limit: number | null;
    readonly share: number | null;
    readonly windowStart: string;
    readonly windowEnd: string;
  }[];
  readonly cursor?: string;
}

export type Standing = 'current' | 'gray' | 'stale' | 'rejected' | 'unknown';

export interface Instance {
  readonly instance: string;
  readonly function: string;
  readonly functionVersion: string;
  readonly version: string;
  readonly revision: number;
  readonly standing: Standing;
  readonly rejected?: number;
  readonly reportedAt: string;
}

export interface Fleet {
  readonly at: string;
  readonly published?: {
    readonly revision: number;
    readonly publishedAt: string;
    readonly gray?: { readonly revision: number };
  };
  readonly summary?: Readonly<Record<Standing, number>> & {
    readonly instances: number;
    readonly revisions: Counts;
    readonly versions: Counts;
    readonly functions: Counts;
  };
  readonly convergence?: {
    readonly minutes: readonly { readonly minute: string; readonly instances: number; readonly share: number }[];
    readonly reached?: { readonly share: number; readonly withinMs: number };
  };
  readonly instances: readonly Instance[];
  readonly cursor?: string;
}

export interface Slo {
  readonly name: string;
  readonly kind: 'availability' | 'latency';
  readonly objective: number;
  readonly latencyMs?: number;
  readonly resources?: readonly string[];
  readonly window: string;
  readonly total: number;
  readonly bad: number;
  readonly attained: number | null;
  readonly met: boolean | null;
  readonly budget: {
    readonly leftShare: number;
    readonly requests: { readonly allowed: number; readonly left: number };
  };
  readonly burnRates: Readonly<Record<string, { readonly rate: number | null }>>;
  readonly alerts: readonly {
    readonly severity: 'page' | 'ticket';
    readonly factor: number;
    readonly long: string;
    readonly short: string;
    readonly enoughTraffic: boolean;
    readonly firing: boolean;
  }[];
}

export interface Gauge {
  readonly used: number | null;
  readonly most: number | null;
  readonly limit: number | null;
  readonly share: number | null;
  readonly reachesLimitAt: string | null;
}

export interface Saturation {
  readonly functions: readonly (Gauge & { readonly name: string; readonly limitOf: 'function' | 'account' | null })[];
  readonly memoryMb: Gauge;
  readonly tmpMb: Gauge;
  readonly timeMs: Gauge;
  readonly queues: readonly {
    readonly name: string;
    readonly ageMs: Gauge;
    readonly depth: number | null;
    readonly deadLetters: { readonly name: string; readonly depth: number | null } | null;
  }[];
}

export interface Simulated {
  readonly minutes: number;
  readonly recordedMinutes: number;
  readonly rules: readonly {
    readonly path: string;
    readonly seen: number;
    readonly draft: { readonly refused?: SimulatedRange } | null;
    readonly cannotSay: readonly string[];
  }[];
}

export type SimulatedRange = { readonly low: number; readonly estimate: number | null; readonly high: number } | null;

/** A rule document, as far as this screen looks into it. */
export interface RuleDocument {
  readonly resources?: Readonly<Record<string, { readonly match?: { readonly trigger?: string } }>>;
  readonly [section: string]: unknown;
}
