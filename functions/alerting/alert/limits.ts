// How severe an alert may become by the routing document, and which channels its source may ask for. Pure.
import { isDeepStrictEqual } from 'node:util';
import type { Alert, AlertLimit } from '../../../store/items/alert-record.ts';
import type { Condition } from '../condition.ts';
import type { Routing } from '../routing/document.ts';
import { matches } from '../routing/matches.ts';
import { ALL_CHANNELS } from '../routing/targets.ts';
import { isWorse, severityOf } from './severity.ts';

/** The first that fits what its source says decides. What is wrong with flyball itself is never limited. */
export function limitFor(routing: Routing | undefined, condition: Condition): AlertLimit | undefined {
  if (!routing || condition.kind === 'flyball') return undefined;
  const limit = routing.limits.find(({ match }) => matches(match, condition));
  if (!limit) return undefined;
  const { by, severity, channels } = limit;
  return { by, severity, ...(channels === undefined ? {} : { channels: [...channels] }) };
}

/** The alert as the routing in force limits it; the very same one when it is limited so already. */
export function underLimit(alert: Alert, routing: Routing | undefined): Alert {
  const limit = limitFor(routing, alert.condition);
  return isDeepStrictEqual(limit, alert.limit) ? alert : { ...alert, limit };
}

/** What an alert is routed, held and told by: no more severe, and to no other channels, than its limit lets it. */
export function routedOf({ condition, limit }: Pick<Alert, 'condition' | 'limit'>): Condition {
  if (limit === undefined) return condition;
  return {
    ...condition,
    severity: severityOf({ condition, limit }),
    channels: channelsWithin(condition.channels, limit.channels),
  };
}

/** Nobody who asked for somebody is left with nobody: where it may ask for none of them, its owner's are told. */
function channelsWithin(asked: Condition['channels'], most: AlertLimit['channels']): Condition['channels'] {
  if (asked === undefined || most === undefined || asked.length === 0) return asked;
  const left = asked.includes(ALL_CHANNELS) ? most : asked.filter((name) => most.includes(name));
  return left.length === 0 ? undefined : left;
}

/** For people; undefined when its source says nothing that the limit forbids. */
export function limitedWords({ condition, limit }: Pick<Alert, 'condition' | 'limit'>): string | undefined {
  if (limit === undefined) return undefined;
  const { by, severity, channels } = limit;
  const said = condition.severity;
  const { channels: left } = routedOf({ condition, limit });
  const others = condition.channels?.filter((name) => !(left ?? []).includes(name)) ?? [];
  const parts = [
    ...(isWorse(said, severity) ? [`was ${said}, at most ${severity} here by ${by}`] : []),
    ...(channels !== undefined && others.length > 0
      ? [`asked for ${others.join(', ')}, which it may not by ${by}`]
      : []),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
}

/** Its owner's hour is all that it waits for, whatever its source says of when it is needed. */
export const isAlwaysDeferred = ({ limit }: Pick<Alert, 'limit'>): boolean => limit?.severity === 'deferred';
