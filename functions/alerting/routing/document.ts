// What the routing document says, put in a form in which alerts are routed by it: durations in ms, zones and schedules found.
import type { Schedule } from '../../api/schedule.ts';
import type { ChannelConfig } from '../channels/config.ts';
import type { Condition, ConditionKind, Severity } from '../condition.ts';

/** What an alert is routed, silenced and inhibited by. */
export type Routed = Pick<Condition, 'key' | 'kind' | 'service' | 'name' | 'severity'> &
  Partial<Pick<Condition, 'owner' | 'tags'>> & {
    /** Names of channels that its source asks for, in place of its owner's. */
    readonly channels?: readonly string[] | undefined;
  };

/** All that are given must fit; one of each list is enough. Texts are exact or have `*` for any characters. */
export interface Matcher {
  readonly service?: readonly string[] | undefined;
  readonly owner?: readonly string[] | undefined;
  readonly kind?: readonly ConditionKind[] | undefined;
  readonly severity?: readonly Severity[] | undefined;
  readonly name?: readonly string[] | undefined;
  readonly tag?: readonly string[] | undefined;
}

/** What alerts can have in common: to be told together, or to speak for one another. */
export const GROUP_FIELDS = ['service', 'owner', 'kind', 'severity', 'name'] as const;
export type GroupField = (typeof GROUP_FIELDS)[number];

/** Whose an alert is, and when they want to hear of what can wait. */
export interface Owner {
  readonly timezone: string;
  /** `08:00`. */
  readonly deferUntil: string;
  /** As written; undefined of all. */
  readonly days?: readonly string[] | undefined;
  /** When it is that hour, on the days that count. */
  readonly hours: Schedule;
  /** So many failures in a row are not held back any longer. */
  readonly failures: number | undefined;
  /** What `owner` stands for in a route. */
  readonly channels: readonly string[];
}

/** Times from which until which a route is mute, in a zone. */
export interface MuteWindow {
  readonly name: string;
  readonly timezone: string;
  readonly times: readonly MuteTimes[];
}

export interface MuteTimes {
  readonly from: Schedule;
  readonly to: Schedule;
  /** It ends on the next day. */
  readonly overMidnight: boolean;
}

/** One channel that is to be told of an alert, and how. */
export interface Target {
  /** Its name among the document's channels. */
  readonly channel: string;
  /** The route's place in the document, `/route/routes/0`: why this channel. */
  readonly route: string;
  /** When nobody has acknowledged it by then; undefined for who is told at once. Steps count from 1. */
  readonly escalation: { readonly step: number; readonly afterMs: number } | undefined;
  readonly groupBy: readonly GroupField[];
  readonly groupWaitMs: number;
  readonly repeatMs: number;
  readonly mute: readonly MuteWindow[];
}

/** What keeps an alert quiet: another that is told of. */
export interface Inhibition {
  /** The rule's place in the document: `/inhibit/0`. */
  readonly rule: string;
  /** The key of the alert that speaks for it. */
  readonly by: string;
}

/** How severe what fits may become at most, and which channels its source may ask for. */
export interface Limit {
  /** Its place in the document: `/limits/0`. */
  readonly by: string;
  readonly match: Matcher;
  readonly severity: Severity;
  /** Undefined of all. */
  readonly channels: readonly string[] | undefined;
}

/** A place in the tree, with what it inherits. */
export interface RouteNode {
  /** `/route/routes/0` */
  readonly path: string;
  readonly match: Matcher;
  /** Names of channels; `owner` stands for those of the alert's owner. */
  readonly channels: readonly string[];
  readonly escalate: readonly { readonly afterMs: number; readonly channels: readonly string[] }[];
  readonly groupBy: readonly GroupField[];
  readonly groupWaitMs: number;
  readonly repeatMs: number;
  /** Names of windows. */
  readonly mute: readonly string[];
  readonly continue: boolean;
  readonly routes: readonly RouteNode[];
}

/** The document, ready to route by. */
export interface Routing {
  readonly timezone: string;
  /** What links begin with. */
  readonly console: string | undefined;
  readonly owners: ReadonlyMap<string, Owner>;
  /** By name, as written. */
  readonly channels: ReadonlyMap<string, ChannelConfig>;
  /** In the zone of an owner, which may be the window's own whoever that is. */
  readonly windows: ReadonlyMap<string, (ownersTimezone: string) => MuteWindow>;
  readonly route: RouteNode;
  /** The first that fits decides. */
  readonly limits: readonly Limit[];
  readonly inhibit: readonly {
    readonly when: Matcher;
    readonly mutes: Matcher;
    readonly equal: readonly GroupField[];
  }[];
}
