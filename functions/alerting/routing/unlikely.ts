// What of a valid routing document is probably not meant: routes that no alert reaches, names that nothing uses, alerts that reach nobody.
import { MAX_ERRORS, pointerOf, type FieldError } from '../../api/index.ts';
import { channelKey } from '../sick-channel.ts';
import type { RouteNode, Routing } from './document.ts';
import { comparison, type Comparison } from './covers.ts';
import type { RoutingDocument } from './schema.ts';
import { OWNER, targetsOf } from './targets.ts';

/** They are a courtesy: what they may cost, in looks at a list, is some tenths of a second. */
const MOST_COMPARED = 2_000_000;

export function unlikelyRouting(document: RoutingDocument, routing: Routing): FieldError[] {
  const nodes = nodesOf(routing.route);
  const compared = comparison(MOST_COMPARED);
  const findings = [
    ...unreachable(routing.route, [], compared),
    ...unheard(routing.route),
    ...wakesNobody(nodes),
    ...heardByItself(document, routing, nodes, compared),
    ...idleLimits(routing, compared),
    ...unused(document, nodes),
    ...ownersWithoutAny(document, nodes, compared),
  ].slice(0, MAX_ERRORS);
  if (!compared.isExhausted) return findings;
  const reason = 'has so many patterns that not all of them were compared: there may be more that is not meant';
  return [...findings, finding('', reason)];
}

const finding = (path: string, reason: string): FieldError => ({ path, reason });

function nodesOf(node: RouteNode): RouteNode[] {
  return [node, ...node.routes.flatMap(nodesOf)];
}

/** Routes that ask for what a route above them excludes, or that one before them has taken already. */
function unreachable(node: RouteNode, above: readonly RouteNode[], compared: Comparison): FieldError[] {
  const within = [...above, node];
  return node.routes.flatMap((route, i) => {
    const excluding = within.find(({ match }) => compared.excludes(match, route.match));
    if (excluding)
      return [finding(`${route.path}/match`, `no alert gets here: ${excluding.path} lets none such through`)];
    const before = node.routes
      .slice(0, i)
      .find((other) => !other.continue && compared.covers(other.match, route.match));
    if (before) return [finding(route.path, `no alert gets here: ${before.path} comes first and takes them all`)];
    return unreachable(route, within, compared);
  });
}

/** At the root `owner` alone is nobody for alerts without an owner, and for owners without channels. */
function unheard({ channels, path }: RouteNode): FieldError[] {
  if (channels.some((name) => name !== OWNER)) return [];
  const reason = 'alerts of nobody, and of owners without channels, reach nobody: name a channel for them as well';
  return [finding(`${path}/channels`, reason)];
}

function wakesNobody(nodes: readonly RouteNode[]): FieldError[] {
  return nodes
    .filter(({ mute, match }) => mute.length > 0 && match.severity?.includes('realtime'))
    .map(({ path }) => finding(path, 'holds back what is realtime while it is mute; say mute: [] here to send it'));
}

/** That a channel does not deliver is heard by nobody where it is told by that channel alone, though there are others. */
function heardByItself(
  document: RoutingDocument,
  routing: Routing,
  nodes: readonly RouteNode[],
  compared: Comparison,
): FieldError[] {
  const told = namedIn(document, nodes);
  const used = [...routing.channels.keys()].filter((name) => told.has(name));
  if (used.length < 2) return [];
  const matchers = nodes.map(({ match }) => match);
  return used.flatMap((name) => {
    if (!compared.affords(matchers)) return [];
    const about = { kind: 'flyball', service: 'flyball', name: `channel ${name}`, severity: 'high' } as const;
    const [first, ...others] = targetsOf(routing, { key: channelKey(name), ...about });
    if (first?.channel !== name || others.some(({ channel }) => channel !== name)) return [];
    const reason = `that ${name} does not deliver is told by ${name} alone: name another channel for alerts of kind flyball`;
    return [finding(`${first.route}/channels`, reason)];
  });
}

/** Limits that one before them takes all alerts from, and those of alerts that are never limited. */
function idleLimits({ limits }: Routing, compared: Comparison): FieldError[] {
  return limits.flatMap(({ by, match }, i) => {
    if (compared.covers({ kind: ['flyball'] }, match)) {
      return [finding(`${by}/match`, "limits nothing: flyball's own alerts are told as their route says")];
    }
    const before = limits.slice(0, i).find((other) => compared.covers(other.match, match));
    return before ? [finding(by, `limits nothing: ${before.by} comes first and takes them all`)] : [];
  });
}

function namedIn({ owners = {} }: RoutingDocument, nodes: readonly RouteNode[]): ReadonlySet<string> {
  return new Set([
    ...nodes.flatMap((node) => [...node.channels, ...node.escalate.flatMap((step) => step.channels)]),
    ...Object.values(owners).flatMap((owner) => owner.channels ?? []),
  ]);
}

function unused(document: RoutingDocument, nodes: readonly RouteNode[]): FieldError[] {
  const { channels = {}, windows = {} } = document;
  const told = namedIn(document, nodes);
  const mute = new Set(nodes.flatMap((node) => node.mute));
  const idle = (section: string, names: readonly string[], used: ReadonlySet<string>, what: string) =>
    names.filter((name) => !used.has(name)).map((name) => finding(pointerOf([section, name]), what));
  return [
    ...idle(
      'channels',
      Object.keys(channels),
      told,
      'no route and no owner names it: it is for checks that do, at most',
    ),
    ...idle('windows', Object.keys(windows), mute, 'no route is mute in it'),
  ];
}

/** Patterns of owners that fit none of those the document knows. */
function ownersWithoutAny(
  { owners = {} }: RoutingDocument,
  nodes: readonly RouteNode[],
  compared: Comparison,
): FieldError[] {
  const known = Object.keys(owners);
  return nodes.flatMap(({ path, match }) =>
    (match.owner ?? []).flatMap((pattern, i) =>
      pattern.includes('*') && compared.fitsNone(pattern, known)
        ? [finding(`${path}/match/owner/${i}`, 'fits none of the owners that the document names')]
        : [],
    ),
  );
}
