// What of the API's answers the screen Now reads.

export interface Job {
  readonly id: string;
  readonly kind: 'declared' | 'check';
  readonly service: string;
  readonly job: string;
  readonly owner?: string;
  readonly status: 'new' | 'up' | 'late' | 'missed' | 'failed' | 'overrunning' | 'paused' | 'retired';
  readonly since: string;
  /** Who has seen what is wrong. */
  readonly acknowledged?: unknown;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly dependencies?: readonly string[];
  readonly count: number;
  readonly ratePerSecond: number | null;
  readonly refusedShare: number;
}

export interface Topology {
  readonly completeUntil?: string;
  readonly nodes: readonly { readonly id: string; readonly kind: string; readonly name: string }[];
  readonly edges: readonly Edge[];
}

export interface Coverage {
  readonly functions?: {
    /** Why nobody can tell. */
    readonly unknown?: string;
    readonly deployed?: number;
    readonly withoutTelemetry?: readonly string[];
    readonly more?: boolean;
  };
}

export interface Pause {
  readonly priority: 'sheddable' | 'normal';
  readonly until: string;
  readonly reason: string;
  readonly by: string;
}

export interface Shed {
  readonly pause: Pause | null;
  readonly services: readonly (Pause & { readonly service: string })[];
}

export interface Faults {
  readonly stopped: { readonly reason: string; readonly by: string; readonly at: string } | null;
  readonly services: readonly {
    readonly service: string;
    readonly faults: readonly { readonly name: string; readonly until: string; readonly inForce: boolean }[];
  }[];
}

export interface Service {
  readonly service: string;
  /** When flyball has first heard of it. */
  readonly since: string;
  readonly revision?: number;
  readonly gray?: { readonly revision: number };
  readonly removed?: unknown;
}
