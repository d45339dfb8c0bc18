// Who is told of an alert: a walk down the routing tree. Pure.
import type { MuteWindow, Owner, RouteNode, Routed, Routing, Target } from './document.ts';
import { sickChannelOf } from '../sick-channel.ts';
import { matches } from './matches.ts';
import { unknownOwner } from './owners.ts';

/** In a route it stands for the channels of the alert's owner. */
export const OWNER = 'owner';

/** What a source may ask for: every channel of the document. */
export const ALL_CHANNELS = '*';

/**
 * The channels that are to be told, at once and when nobody acknowledges. Of a route's children the first that matches
 * decides, and those after it too if it says `continue`; where none matches, the route itself. A channel is told once a
 * step, by the first route that names it; of a channel that does not deliver others are told. None at all: nobody is told.
 */
export function targetsOf(routing: Routing, alert: Routed): Target[] {
  const targets = routesOf(routing.route, alert).flatMap((node) => targetsOfRoute(routing, node, alert));
  const seen = new Set<string>();
  return withoutSick(routing, targets, alert).filter(({ channel, escalation }) => {
    const told = `${escalation?.step ?? 0} ${channel}`;
    return !seen.has(told) && seen.add(told);
  });
}

/**
 * Nobody hears by a channel that it does not deliver. Where no other is told at once the root's are as well, and where
 * there is none there either, it stays: it may be well by then.
 */
function withoutSick(routing: Routing, targets: readonly Target[], alert: Routed): readonly Target[] {
  const sick = sickChannelOf(alert.key);
  if (alert.kind !== 'flyball' || !targets.some(({ channel }) => channel === sick)) return targets;
  const others = targets.filter(({ channel }) => channel !== sick);
  if (others.some(({ escalation }) => escalation === undefined)) return others;
  const root = targetsOfRoute(routing, routing.route, alert);
  return [...targets, ...root.filter(({ channel, escalation }) => channel !== sick && escalation === undefined)];
}

/** The places in the tree that decide about an alert. */
export function routesOf(node: RouteNode, alert: Routed): RouteNode[] {
  const decided: RouteNode[] = [];
  for (const child of node.routes) {
    if (!matches(child.match, alert)) continue;
    decided.push(...routesOf(child, alert));
    if (!child.continue) break;
  }
  return decided.length > 0 ? decided : [node];
}

/** Whose an alert is: of whom the document says nothing are told by nothing, in its zone. */
export function ownerOf(routing: Routing, name: string | undefined): Owner {
  return (name === undefined ? undefined : routing.owners.get(name)) ?? unknownOwner(routing.timezone);
}

function targetsOfRoute(routing: Routing, node: RouteNode, alert: Routed): Target[] {
  const { path, groupBy, groupWaitMs, repeatMs } = node;
  const owner = ownerOf(routing, alert.owner);
  const mute = node.mute.map((name) => windowOf(routing, name, owner)).filter((window) => window !== undefined);
  const owners = channelsFor(routing, alert.channels ?? owner.channels);
  const told = (channels: readonly string[], escalation: Target['escalation']): Target[] =>
    channels
      .flatMap((name) => (name === OWNER ? owners : [name]))
      .map((channel) => ({ channel, route: path, escalation, groupBy, groupWaitMs, repeatMs, mute }));
  return [
    ...told(node.channels, undefined),
    ...node.escalate.flatMap(({ afterMs, channels }, i) => told(channels, { step: i + 1, afterMs })),
  ];
}

/** What has left the document since a check named it is nobody's. */
function channelsFor({ channels }: Routing, names: readonly string[]): string[] {
  return names.includes(ALL_CHANNELS) ? [...channels.keys()] : names.filter((name) => channels.has(name));
}

function windowOf({ windows }: Routing, name: string, owner: Owner): MuteWindow | undefined {
  return windows.get(name)?.(owner.timezone);
}
