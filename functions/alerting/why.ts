// Why an alert was told to whom it was, and why not to others: each channel that routing gives, and what stands for or against it. Pure.
import type { Alert, AlertHold, Delivery } from '../../store/items/alert-record.ts';
import type { Caller } from '../api/index.ts';
import { seenBy } from '../api/seen-by.ts';
import { limitedWords, routedOf, underLimit } from './alert/limits.ts';
import { inWords } from './alert/words.ts';
import type { Routed, Routing, Target } from './routing/document.ts';
import { OWNER, routesOf, targetsOf } from './routing/targets.ts';
import { walkOf } from './routing/walk.ts';
import { deliveryShown, holdShown, iso, trailShown } from './views.ts';

export function whyOf(recorded: Alert, routing: Routing | undefined, nowMs: number, caller: Caller) {
  const alert = seenBy(caller, underLimit(recorded, routing));
  const { id, status, trail, trailForgotten } = alert;
  const shown = { isScoped: caller.services !== undefined };
  const routed = routedOf(alert);
  const limited = limitedWords(alert);
  const targets = routing ? targetsOf(routing, routed) : [];
  return {
    ...{ id, status, at: iso(nowMs) },
    ...(limited === undefined ? {} : { limited }),
    routes: routing ? walkOf(routing.route, routed, shown) : [],
    channels: [
      ...targets.map((target) => ({
        ...channelOf(alert, target),
        ...(routing ? { named: namedBy(routing, routed, target) } : {}),
      })),
      ...elsewhere(alert, targets).map((delivery) => ({
        ...{ channel: delivery.channel, route: delivery.route, step: delivery.step === 0 ? undefined : delivery.step },
        ...{
          decision: delivery.state,
          reason: 'decided by what the routing was then',
          deliveries: [deliveryShown(delivery)],
        },
      })),
    ],
    ...nobody(alert, routing, targets),
    trail: trail.map(trailShown),
    ...(trailForgotten > 0 ? { trailForgotten } : {}),
  };
}

function nobody({ holds }: Alert, routing: Routing | undefined, targets: readonly Target[]) {
  if (targets.length > 0) return {};
  if (!routing) return { nobody: 'there is no routing document: PUT /v1/alerts/routing' };
  const unrouted = holds.find(({ kind }) => kind === 'unrouted');
  return {
    nobody: unrouted?.reason ?? 'the route has no channel for it: its owner has none, or is not in the document',
  };
}

/** One channel at one step of a route: the last that was decided of it, else what holds it back, else what is waited for. */
function channelOf(alert: Alert, { channel, route, escalation }: Target) {
  const step = escalation?.step ?? 0;
  const deliveries = alert.deliveries.filter((one) => one.channel === channel && one.step === step);
  const hold = alert.holds.find((one) => (one.channel === channel || one.channel === '') && isOf(one, route));
  const last = deliveries.at(-1);
  return {
    ...{ channel, route, step: step === 0 ? undefined : step },
    ...(hold ? heldAs(hold) : last ? decidedAs(last) : waitingAs(alert, escalation)),
    deliveries: deliveries.map(deliveryShown),
    ...(hold ? { hold: holdShown(hold) } : {}),
  };
}

/** Who wants it told: the route by its name, or whoever the route leaves it to. */
function namedBy({ route: root }: Routing, alert: Routed, { channel, route, escalation }: Target): string {
  const node = [...routesOf(root, alert), root].find(({ path }) => path === route);
  const names = escalation ? node?.escalate[escalation.step - 1]?.channels : node?.channels;
  if (names === undefined || names.includes(channel) || !names.includes(OWNER)) return 'the route names it';
  if (alert.channels !== undefined) return 'the check names it, and the route leaves it to whose it is';
  return `a channel of its owner, ${alert.owner ?? 'nobody'}, to whom the route leaves it`;
}

const isOf = (hold: AlertHold, route: string): boolean => hold.route === '' || hold.route === route;

const heldAs = ({ kind, reason }: AlertHold) => ({ decision: kind, reason });

function decidedAs({ state, reason, error, attempts }: Delivery) {
  const failed = error === undefined ? '' : `; ${attempts === 1 ? 'the attempt' : `${attempts} attempts`}: ${error}`;
  return { decision: state, reason: `${reason}${failed}` };
}

function waitingAs({ status, acknowledged }: Alert, escalation: Target['escalation']) {
  if (status === 'resolved') return { decision: 'not told', reason: 'it was over before' };
  if (!escalation) return { decision: 'not decided', reason: 'the next tick looks at it' };
  if (acknowledged) return { decision: 'not told', reason: `${acknowledged.by} has acknowledged it` };
  const after = inWords(escalation.afterMs);
  return { decision: 'waiting', reason: `told when nobody has acknowledged it ${after} after the first were told` };
}

/** What was decided by a routing that is no longer, or led elsewhere: the last word to each channel. */
function elsewhere({ deliveries }: Alert, targets: readonly Target[]): Delivery[] {
  const now = new Set(targets.map(({ channel, escalation }) => `${escalation?.step ?? 0} ${channel}`));
  const last = new Map(deliveries.map((delivery) => [`${delivery.step} ${delivery.channel}`, delivery]));
  return [...last].filter(([place]) => !now.has(place)).map(([, delivery]) => delivery);
}
