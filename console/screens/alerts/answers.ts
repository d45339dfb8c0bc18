// What of the API's answers about alerts this screen reads beyond what lists show.
import type { Hold, OpenAlert } from '../../api/alerts.ts';

export interface Delivery {
  readonly id: string;
  readonly channel: string;
  readonly kind: 'firing' | 'repeat' | 'escalation' | 'digest' | 'resolved';
  readonly state: 'pending' | 'claimed' | 'sent' | 'dead' | 'dropped';
  readonly reason: string;
  readonly route: string;
  /** Of the escalation. */
  readonly step?: number;
  readonly decidedAt: string;
  readonly notBefore?: string;
  readonly attempts: number;
  /** Nobody can tell whether it arrived. */
  readonly maybeSent?: boolean;
  readonly settledAt?: string;
  readonly messageId?: string;
  readonly error?: string;
}

export interface AlertDetail extends OpenAlert {
  readonly exception?: readonly string[];
  readonly blocks?: readonly string[];
  /** The key of the alert it follows from. */
  readonly because?: string;
  readonly failures?: number;
  readonly neededBy?: string;
  readonly runbook?: string;
  /** In the hour before it began, latest first; undefined where that cannot be told. */
  readonly changes?: readonly { readonly at: string; readonly what: string }[];
  readonly channels?: readonly string[];
  readonly reopened: number;
  readonly resolvedAt?: string;
  readonly sendNow?: { readonly by: string; readonly at: string; readonly reason: string };
  readonly deliveries: readonly Delivery[];
  readonly deliveriesForgotten?: number;
}

export interface Visited {
  /** Its place in the routing document: `/route/routes/0`. */
  readonly route: string;
  readonly fits: boolean;
  readonly decides: boolean;
  readonly because?: string;
}

export interface ToldChannel {
  readonly channel: string;
  readonly route: string;
  readonly step?: number;
  /** The state of the last delivery, the kind of hold, or `waiting`, `not told`, `not decided`. */
  readonly decision: string;
  /** Who wants it told. */
  readonly named?: string;
  readonly reason: string;
  readonly deliveries: readonly Delivery[];
  readonly hold?: Hold;
}

export interface TrailEntry {
  readonly at: string;
  readonly what: string;
  readonly channel?: string;
  readonly detail: string;
}

export interface Why {
  readonly status: 'firing' | 'resolved';
  readonly routingRevision?: number;
  readonly limited?: string;
  readonly routes: readonly Visited[];
  readonly channels: readonly ToldChannel[];
  /** Why there is nobody to tell. */
  readonly nobody?: string;
  readonly trail: readonly TrailEntry[];
  readonly trailForgotten?: number;
}

export interface DeadDelivery extends Delivery {
  readonly alert: string;
  readonly key: string;
  readonly service: string;
  readonly summary: string;
}

export interface RuleReport {
  readonly kind: string;
  readonly service: string;
  readonly name: string;
  readonly fired: number;
  readonly sent: number;
  readonly messages: number;
  readonly held: number;
  readonly acknowledged: number;
  readonly ignored: number;
  readonly medianToAcknowledgeMs?: number;
  readonly dead: number;
}

export interface Report {
  readonly week: string;
  readonly from: string;
  readonly until: string;
  readonly complete: boolean;
  readonly rules: readonly RuleReport[];
}
