// Makes of a valid routing document what alerts are routed by. Pure.
import { parseDuration } from '../../../middleware/kernel/units.ts';
import type { RouteNode, Routing } from './document.ts';
import { muteWindow, ownerFrom } from './owners.ts';
import type { RouteSaid, RoutingDocument } from './schema.ts';

const DEFAULT_TIMEZONE = 'UTC';

/** What the root has where it says nothing. */
const DEFAULTS: Inherited = {
  channels: [],
  escalate: [],
  groupBy: ['service'],
  groupWaitMs: 0,
  repeatMs: parseDuration('4h'),
  mute: [],
};

export function compileRouting(document: RoutingDocument): Routing {
  const { timezone = DEFAULT_TIMEZONE, console, owners = {}, channels = {}, windows = {} } = document;
  const { limits = [], inhibit = [] } = document;
  return {
    timezone,
    console: console?.replace(/\/+$/, ''),
    owners: new Map(Object.entries(owners).map(([name, said]) => [name, ownerFrom(said, timezone)])),
    channels: new Map(Object.entries(channels)),
    windows: new Map(Object.entries(windows).map(([name, said]) => [name, windowOf(name, said, timezone)])),
    route: nodeOf(document.route, '/route', DEFAULTS),
    limits: limits.map(({ match = {}, severity, channels }, i) => ({ by: `/limits/${i}`, match, severity, channels })),
    inhibit: inhibit.map(({ when, mutes, equal = ['service'] }) => ({ when, mutes, equal })),
  };
}

type Window = NonNullable<RoutingDocument['windows']>[string];

/** In the same zone the same window: its schedules are made once. */
function windowOf(name: string, { timezone, times }: Window, defaultTimezone: string) {
  const made = new Map<string, ReturnType<typeof muteWindow>>();
  return (ownersTimezone: string) => {
    const zone = timezone === 'owner' ? ownersTimezone : (timezone ?? defaultTimezone);
    const known = made.get(zone) ?? muteWindow(name, zone, times);
    made.set(zone, known);
    return known;
  };
}

type Inherited = Pick<RouteNode, 'channels' | 'escalate' | 'groupBy' | 'groupWaitMs' | 'repeatMs' | 'mute'>;

function nodeOf(said: RouteSaid | RoutingDocument['route'], path: string, above: Inherited): RouteNode {
  const { groupWait, repeat, escalate, routes = [] } = said;
  const own: Inherited = {
    channels: said.channels ?? above.channels,
    escalate: escalate?.map(({ after, channels }) => ({ afterMs: parseDuration(after), channels })) ?? above.escalate,
    groupBy: said.groupBy ?? above.groupBy,
    groupWaitMs: groupWait === undefined ? above.groupWaitMs : waitMs(groupWait),
    repeatMs: repeat === undefined ? above.repeatMs : parseDuration(repeat),
    mute: said.mute ?? above.mute,
  };
  return {
    path,
    ...own,
    match: ('match' in said ? said.match : undefined) ?? {},
    continue: 'continue' in said && said.continue === true,
    routes: routes.map((route, i) => nodeOf(route, `${path}/routes/${i}`, own)),
  };
}

const waitMs = (text: string): number => (text === '0s' ? 0 : parseDuration(text));
