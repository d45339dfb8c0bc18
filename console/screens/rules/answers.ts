// What the API answers of rules: only what this screen shows.
import type { FieldError } from '../../api/problem.ts';

export interface Service {
  readonly service: string;
  readonly revision?: number;
  readonly publishedAt?: string;
  readonly author?: string;
  readonly owner?: string;
  readonly gray?: { readonly revision: number };
  readonly removed?: { readonly revision: number; readonly at: string; readonly by: string };
  readonly draft?: {
    readonly etag: string;
    readonly author: string;
    readonly updatedAt: string;
    readonly inForce: boolean;
  };
}

export interface FieldChange {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export type RuleChange =
  | { readonly path: string; readonly change: 'added'; readonly after: unknown }
  | { readonly path: string; readonly change: 'removed'; readonly before: unknown }
  | { readonly path: string; readonly change: 'changed'; readonly fields: readonly FieldChange[] }
  | { readonly path: string; readonly change: 'renamed'; readonly from: string };

export interface Diff {
  readonly from: string;
  readonly to: string;
  readonly changes: readonly RuleChange[];
  readonly warnings?: readonly FieldError[];
}

export interface Violations {
  readonly violations?: readonly {
    readonly service: string;
    readonly revision: number;
    readonly errors: readonly FieldError[];
  }[];
  /** While there is one, other services have not been looked at. */
  readonly cursor?: string;
}

export interface Validated extends Violations {
  readonly valid: true;
  readonly warnings?: readonly FieldError[];
}

/** Of a 412: the draft as it stands, and what was sent compared with it. */
export interface Standing {
  readonly etag: string;
  readonly author: string;
  readonly updatedAt: string;
  readonly source: string;
}

export interface Revision {
  readonly revision: number;
  readonly state: 'gray' | 'current' | 'aborted' | 'past' | 'removal';
  readonly author: string;
  readonly note: string;
  readonly publishedAt: string;
}

export interface Revisions {
  readonly revisions: readonly Revision[];
  readonly cursor?: string;
}

export interface Published extends Violations {
  readonly revision: number;
  readonly changed: boolean;
  readonly gray?: GrayTerms;
  readonly warnings?: readonly FieldError[];
}

export interface GrayTerms {
  readonly revision: number;
  readonly startedAt: string;
  readonly by: string;
  readonly share?: string;
  readonly versions?: readonly string[];
  readonly match?: Readonly<Record<string, string>>;
}

export interface Figures {
  readonly requests: number;
  readonly refused: number;
  readonly failed: number;
  readonly p99Ms?: number;
}

/** Both sides of a gray publication. */
export interface Beside {
  readonly since: string;
  readonly completeUntil?: string;
  readonly gray: Figures;
  readonly rest: Figures;
}

export interface Judgement extends Beside {
  readonly verdict: 'better-or-equal' | 'worse' | 'not enough traffic';
  readonly reason: string;
  readonly next: 'wait' | 'step' | 'promote' | 'abort';
  readonly bakedAt?: string;
}

export interface Gray {
  readonly revision: number;
  readonly baseRevision: number;
  readonly state: 'running' | 'promoted' | 'aborted';
  readonly author: string;
  readonly note: string;
  readonly startedAt: string;
  readonly steps: readonly { readonly share: string; readonly bake: string }[];
  readonly step: number;
  readonly stepSince: string;
  readonly reason?: string;
  readonly gray?: GrayTerms;
  readonly judgement?: Judgement;
  /** Where nobody judges. */
  readonly figures?: Beside;
}

export type Standings = Readonly<Record<'current' | 'gray' | 'stale' | 'rejected' | 'unknown', number>>;

export interface Fleet {
  readonly published?: {
    readonly revision: number;
    readonly publishedAt: string;
    readonly gray?: { readonly revision: number };
  };
  readonly summary?: Standings & {
    readonly counted: 'instances' | 'minute';
    readonly instances: number;
    readonly revisions: Readonly<Record<string, number>>;
    readonly versions: Readonly<Record<string, number>>;
    readonly functions: Readonly<Record<string, number>>;
  };
  readonly convergence?: {
    readonly minutes: readonly { readonly minute: string; readonly share: number }[];
    readonly reached?: { readonly share: number; readonly withinMs: number };
  };
}

export interface Approvals {
  readonly etag: string;
  readonly author: string;
  readonly needed: number;
  readonly approvals: readonly { readonly by: string; readonly at: string; readonly note?: string }[];
}

/** What lies between `low` and `high`; null: it cannot be said. */
export type Range = { readonly low: number; readonly estimate: number | null; readonly high: number } | null;

export interface Effects {
  readonly refused?: Range;
  readonly delayed?: Range;
  readonly exceeded?: Range;
  readonly opened?: Range;
}

export interface SimulatedRule {
  readonly path: string;
  readonly kind: string;
  readonly change: 'same' | 'changed' | 'added' | 'removed';
  readonly seen: number;
  readonly of: 'requests' | 'calls';
  readonly now: Effects | null;
  readonly draft: Effects | null;
  readonly cannotSay: readonly string[];
}

export interface Simulated {
  readonly from: string;
  readonly to: string;
  readonly minutes: number;
  readonly recordedMinutes: number;
  readonly steady: boolean;
  readonly summary: {
    readonly seen: number;
    readonly now: { readonly refused: Range };
    readonly draft: { readonly refused: Range };
    readonly worse: readonly { readonly path: string; readonly reason: string; readonly certain: boolean }[];
    readonly unclear: readonly { readonly path: string; readonly reason: string }[];
  };
  readonly rules: readonly SimulatedRule[];
  readonly cannotSay: readonly FieldError[];
}
