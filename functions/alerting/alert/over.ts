// Of an alert that is over: everybody who was told is told of that, and what was held for its hour is one line then. Pure.
import type { Alert, AlertHold, Delivery } from '../../../store/items/alert-record.ts';
import type { Target } from '../routing/document.ts';
import { targetsOf } from '../routing/targets.ts';
import { addressed } from './burning.ts';
import { groupOf, type Addressed, type Draft } from './draft.ts';
import { mutedHold, silencedHold, type Around } from './holding.ts';
import { routedOf } from './limits.ts';
import { isEnd, isUnsettled, isUntried, wasTold } from './told.ts';

/** What is well again is so for this long before anybody hears of it; longer where it went wrong again and again. */
const SETTLING_MS = 60_000;
const LONGEST_SETTLING_MS = 15 * 60_000;

export function over(alert: Alert, draft: Draft, around: Around): void {
  const { routing } = around;
  const targets = routing ? targetsOf(routing, routedOf(alert)) : [];
  const targetOf = (channel: string) => targets.find((target) => target.channel === channel);
  for (const channel of new Set(draft.deliveries.map((delivery) => delivery.channel))) {
    endFor(alert, draft, channel, targetOf(channel), around);
  }
  for (const hold of alert.holds) {
    const heard = draft
      .to(hold.channel)
      .some((delivery) => isUnsettled(delivery) || (!isEnd(delivery) && delivery.seq >= alert.runFrom));
    if (hold.kind === 'deferred' && !heard) recover(alert, draft, hold, targetOf(hold.channel), around);
    else if (!heard) draft.release(hold, 'it is over, and nobody had been told');
  }
}

function endFor(alert: Alert, draft: Draft, channel: string, target: Target | undefined, around: Around): void {
  for (const delivery of draft.to(channel)) {
    if (delivery.state === 'pending' && !isEnd(delivery)) {
      draft.drop(delivery, isUntried(delivery) ? 'it was over before it was sent' : 'it is over');
    }
  }
  const told = draft.to(channel);
  const last = told.findLast((delivery) => wasTold(delivery) || isEnd(delivery));
  if (!last || told.some(isUnsettled) || (isEnd(last) && !isEndInDoubt(last))) return;
  const notBefore = Math.max(around.nowMs, (alert.resolvedAt ?? 0) + settlingMs(alert));
  const muted = mutedHold(target?.mute ?? [], around.nowMs);
  const to = target ? addressed(alert, target) : last;
  if (muted) draft.hold(muted, channel, to.route);
  else if (isEnd(last)) draft.again(last, 'it is over, and nobody knows whether that was heard', notBefore);
  else draft.add(to, 'resolved', 'it is over', { notBefore });
}

/** It was taken back when it went wrong again, and may have arrived or not: who knows that it burned may believe so still. */
const isEndInDoubt = ({ kind, state }: Delivery): boolean => kind === 'resolved' && state === 'dropped';

const settlingMs = ({ reopened }: Alert): number => Math.min(LONGEST_SETTLING_MS, SETTLING_MS * 2 ** reopened);

/** What was held for an hour and is over by then. */
function recover(alert: Alert, draft: Draft, hold: AlertHold, target: Target | undefined, around: Around): void {
  const { until = around.nowMs, channel, route } = hold;
  if (!target) {
    draft.release(hold, 'it is over, and no route leads to this channel any more');
    return;
  }
  if (around.nowMs < until) {
    draft.hold({ kind: 'deferred', until, reason: hold.reason }, channel, route, true);
    return;
  }
  const silenced = silencedHold(alert, around);
  if (silenced) {
    draft.release(hold, `it is over, and ${silenced.reason}`);
    return;
  }
  const muted = mutedHold(target.mute, around.nowMs);
  if (muted) {
    draft.hold({ ...muted, kind: 'deferred' }, channel, route, true);
    return;
  }
  draft.add(lineTo(alert, target), 'digest', `${hold.reason}, and over by then`, {
    notBefore: around.nowMs,
    recovered: true,
  });
}

const lineTo = (alert: Alert, { channel, route, groupBy }: Target): Addressed => ({
  channel,
  route,
  step: 0,
  group: groupOf(routedOf(alert), groupBy),
});
