// What the API answers of jobs, checks and what happened to them, as far as this screen shows it.
export type JobStatus = 'new' | 'up' | 'late' | 'missed' | 'failed' | 'overrunning' | 'paused' | 'retired';
export type RunStatus = 'running' | 'succeeded' | 'failed' | 'skipped' | 'overran' | 'lost' | 'missed';

export interface Mark {
  readonly mark: 'too often' | 'overlapping' | 'slow' | 'fast';
  readonly reason: string;
}

export interface Job {
  readonly id: string;
  readonly kind: 'declared' | 'check';
  readonly service: string;
  readonly job: string;
  readonly slug?: string;
  readonly owner?: string;
  readonly tags?: readonly string[];
  /** That a check names: none is nobody, and without them whoever owns its service is told. */
  readonly channels?: readonly string[];
  readonly schedule?: string;
  readonly timezone?: string;
  readonly period?: string;
  readonly maxRuntime?: string;
  readonly startDeadline?: string;
  readonly function?: string;
  readonly because?: string;
  readonly marks?: readonly Mark[];
  readonly blocking?: boolean;
  readonly pausing?: readonly string[];
  readonly after?: readonly string[];
  readonly finishBy?: string;
  readonly minRuntime?: string;
  readonly noHeartbeatFor?: string;
  readonly failures?: string;
  readonly notMoreThan?: string;
  readonly overlap?: 'allow' | 'forbid';
  readonly expect?: Readonly<Record<string, { readonly atLeast?: number | string; readonly atMost?: number | string }>>;
  readonly duration?: { readonly anomaly: string };
  /** A newer flyball wrote it: no more is known than whose it is, not even how it stands. */
  readonly unreadable?: true;
  readonly status: JobStatus;
  readonly since: string;
  readonly paused?: { readonly from: string; readonly until?: string; readonly reason?: string; readonly by?: string };
  readonly acknowledged?: {
    readonly at: string;
    readonly until?: string;
    readonly reason?: string;
    readonly by: string;
  };
  readonly lastRun?: {
    readonly run?: string;
    readonly status: RunStatus;
    readonly startedAt: string;
    readonly endedAt?: string;
  };
  /** How long its last runs took, ms, oldest first. */
  readonly recentMs?: readonly number[];
  readonly nextExpectedAt?: string;
}

export interface JobDetail extends Job {
  /** Jobs that wait for this one: `service:job`. */
  readonly awaitedBy?: readonly string[];
}

export interface Run {
  readonly run: string;
  readonly status: RunStatus;
  readonly scheduledAt?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly durationMs?: number;
  readonly heardAt?: string;
  readonly progress?: { readonly done: number; readonly of?: number };
  readonly counts?: { readonly read?: number; readonly written?: number; readonly failed?: number };
  readonly reason?: string;
  readonly lostAt?: string;
  readonly marks?: readonly Mark[];
  readonly error?: {
    readonly name: string;
    readonly message: string;
    readonly businessCode?: string;
    readonly causes?: readonly { readonly name: string; readonly message: string }[];
    readonly frames?: readonly string[];
    readonly fingerprint?: string;
  };
  readonly exitStatus?: number;
  readonly function?: string;
  readonly startedBy?: { readonly by: string; readonly reason?: string };
  readonly requestId?: string;
}

export interface Ping {
  readonly n: number;
  readonly kind: 'success' | 'start' | 'fail' | 'log' | 'ign';
  readonly run?: string;
  readonly exitStatus?: number;
  readonly durationMs?: number;
  readonly bodySize: number;
}

export type JobEvent =
  | { readonly type: 'run'; readonly at: string; readonly run: Run }
  | { readonly type: 'ping'; readonly at: string; readonly ping: Ping }
  | { readonly type: 'change'; readonly at: string; readonly from: JobStatus; readonly to: JobStatus }
  | { readonly type: 'alert'; readonly at: string; readonly alert: AlertStep };

export interface AlertStep {
  readonly id: string;
  readonly what: string;
  readonly channel?: string;
  readonly detail: string;
}

/** What its alert tells beyond what lists of alerts do. */
export interface AlertOfJob {
  readonly exception?: readonly string[];
  readonly blocks?: readonly string[];
}

export interface JobsPage {
  readonly jobs: readonly Job[];
  readonly cursor?: string;
}

export interface EventsPage {
  readonly job: string;
  readonly events: readonly JobEvent[];
  readonly cursor?: string;
}

export interface RunsPage {
  readonly job: string;
  readonly runs: readonly Run[];
  readonly cursor?: string;
}

/** A check as its management API shows it, which is that of healthchecks.io; `ping_url` is for editors alone. */
export interface Check {
  readonly name: string;
  readonly slug: string;
  readonly tags: string;
  readonly desc: string;
  readonly grace: number;
  readonly timeout?: number;
  readonly schedule?: string;
  readonly tz?: string;
  readonly manual_resume: boolean;
  readonly methods: '' | 'POST';
  readonly filter_http_body: boolean;
  readonly filter_default_fail: boolean;
  readonly start_kw: string;
  readonly success_kw: string;
  readonly failure_kw: string;
  readonly n_pings: number;
  readonly badge_url: string;
  readonly uuid?: string;
  readonly ping_url?: string;
  readonly unique_key?: string;
}

export interface Preview {
  readonly kind: string;
  readonly description: string;
  readonly timezone: string;
  readonly next: readonly { readonly at: string; readonly local: string }[];
  readonly daylightSaving: readonly { readonly at: string; readonly note: string }[];
}
