// What the API answers of alerts, as far as more than one screen reads it.
export interface OpenAlert {
  readonly id: string;
  readonly key: string;
  readonly episode: number;
  readonly status: 'firing' | 'resolved';
  readonly kind: string;
  readonly service: string;
  readonly name: string;
  readonly owner?: string;
  readonly severity: 'realtime' | 'high' | 'deferred';
  /** What its source asked for that the routing document forbids. */
  readonly limited?: string;
  readonly summary: string;
  readonly since: string;
  readonly noticedAt: string;
  readonly endedAt?: string;
  readonly acknowledged?: {
    readonly by: string;
    readonly at: string;
    readonly until?: string;
    readonly reason?: string;
  };
  readonly held: readonly Hold[];
  /** Not in lists. */
  readonly tags?: readonly string[];
  /** When the first of what is held is sent. */
  readonly sendsAt?: string;
  readonly sendsInMs?: number;
  readonly told: readonly string[];
  /** Channels that could not be told the last time they were tried. */
  readonly failing: readonly {
    readonly channel: string;
    readonly attempts: number;
    readonly error?: string;
    readonly nextAttemptAt?: string;
  }[];
}

/** What keeps a channel, or all of them, from being told. */
export interface Hold {
  readonly channel?: string;
  readonly route?: string;
  readonly kind: 'unrouted' | 'acknowledged' | 'inhibited' | 'silenced' | 'muted' | 'deferred';
  readonly by?: string;
  readonly since: string;
  readonly until?: string;
  readonly reason: string;
  readonly recovered?: boolean;
}

export interface OpenAlerts {
  readonly alerts: readonly OpenAlert[];
  /** There are more than a page. */
  readonly cursor?: string;
  /** When the tick last looked at everything; undefined when it never did. */
  readonly lookedAt?: string;
  /** It has not for five minutes: what is new is missing. */
  readonly stale?: boolean;
  /** Why nobody may be told of anything. */
  readonly warnings?: readonly string[];
}

export type Field = 'service' | 'owner' | 'name' | 'kind' | 'severity' | 'tag';
/** Of each field that is given one is enough; all of them must fit. */
export type Match = { readonly [Name in Field]?: readonly string[] };

export interface Silence {
  readonly id: string;
  readonly match: Match;
  readonly from: string;
  readonly until: string;
  readonly reason: string;
  readonly by: string;
  readonly state: 'pending' | 'active' | 'expired';
  readonly matchedAt?: string;
  readonly ended?: { readonly at: string; readonly by: string };
  /** It has kept nobody from being told for a week. */
  readonly forgotten?: string;
  readonly endsSoon?: boolean;
}
