// What a service's breakers say: which of them let no calls through, and why.
import { breakersIn, type PublishedBreaker } from '../../config-center/breaker-rules.ts';
import { readBreakerTransitions } from '../../../store/items/breaker-log.ts';
import { readBreaker, type BreakerStatus } from '../../../store/items/breaker.ts';
import type { Condition } from '../condition.ts';
import { isChannelBreaker } from '../sick-channel.ts';
import { keyOf, type Judge, type ServiceAt } from './judge.ts';

/** Of a rule with a key those are looked at that have changed in this time, ms, at most so many. */
const OF_LATE_MS = 86_400_000;
const MOST_KEYS = 20;
const MOST_TRANSITIONS = 100;
const MOST_NAMED = 3;
/** An hour of probes that fail every quarter of a minute. */
const MOST_PROBED = 500;
const PROBED: ReadonlySet<string> = new Set(['probing', 'probeFailed']);

/** What nobody has called for so long, ms, since it would have been tried, turns nobody away. */
const UNTRIED_MS = 15 * 60_000;

export const breakers: Judge = {
  kind: 'breaker',
  names: (rules) => enforced(rules).map(({ name }) => name),
  judge: (at) =>
    Promise.all(
      enforced(at.rules).map(async (breaker) => breakerCondition(at, breaker, await statusesOf(at, breaker))),
    ),
};

/** Others refuse nothing. */
const enforced = (rules: ServiceAt['rules']) =>
  breakersIn(rules).filter(({ rule: { mode = 'enforce' } }) => mode === 'enforce');

async function statusesOf(at: ServiceAt, { name, rule }: PublishedBreaker) {
  const { table, service, nowMs } = at;
  if (rule.key === undefined) return [await opened(at, name, await readBreaker(table, service, name, nowMs))];
  const span = { fromMs: nowMs - OF_LATE_MS, toMs: nowMs + 1 };
  const { transitions } = await readBreakerTransitions(table, service, {
    breaker: name,
    ...span,
    limit: MOST_TRANSITIONS,
  });
  const keys = new Set(transitions.map(({ key }) => key).filter((key) => key !== undefined));
  return Promise.all([...keys].slice(0, MOST_KEYS).map((key) => readBreaker(table, service, name, nowMs, key)));
}

/** What its last probe has shown is no reason: that is what was counted when it opened, as long as the log tells of it. */
async function opened(
  { table, service, nowMs }: ServiceAt,
  name: string,
  status: BreakerStatus,
): Promise<BreakerStatus> {
  const { state, because } = status;
  if ((state !== 'OPEN' && state !== 'HALF_OPEN') || (because && !PROBED.has(because.cause))) return status;
  const span = { fromMs: nowMs - OF_LATE_MS, toMs: nowMs + 1 };
  const { transitions } = await readBreakerTransitions(table, service, {
    breaker: name,
    ...span,
    limit: MOST_PROBED,
  });
  const opening = transitions.find(({ from, to }) => from === 'CLOSED' && to === 'OPEN');
  if (!because || !opening?.counts) return status;
  const cause = opening.cause === 'slowRate' ? 'slowRate' : 'failureRate';
  return { ...status, because: { ...because, cause, counts: opening.counts } };
}

/** Of a rule with a key it is one condition for all of its keys. */
export function breakerCondition(
  { service, nowMs, rules }: Pick<ServiceAt, 'service' | 'nowMs' | 'rules'>,
  { name, kind }: Pick<PublishedBreaker, 'name' | 'kind'>,
  statuses: readonly BreakerStatus[],
): Condition {
  // A channel that does not deliver is an alert of flyball's own: of its breaker only that is told which somebody has done.
  const toldAsChannel = isChannelBreaker(service, name);
  const open = statuses.filter(
    (status) => turnsAway(status, nowMs) && !(toldAsChannel && status.state !== 'FORCED_OPEN'),
  );
  const [first] = open;
  const about = { key: keyOf('breaker', service, name), kind: 'breaker' as const, service, name, owner: rules.owner };
  if (first === undefined) {
    const since = Math.max(0, ...statuses.map(({ epoch }) => epoch)) || nowMs;
    const untried = statuses.some(({ state }) => state !== 'CLOSED' && state !== 'FORCED_CLOSED');
    const summary = untried ? `${name} would be tried again, and nobody calls it` : `${name} is called again`;
    const own = `${name} is not forced open; a channel that does not deliver has an alert of kind flyball`;
    return { ...about, severity: 'high', firing: false, since, summary: toldAsChannel ? own : summary };
  }
  // Whoever has forced it knows.
  const forced = open.every(({ state }) => state === 'FORCED_OPEN');
  return {
    ...about,
    severity: forced ? 'deferred' : 'high',
    firing: true,
    since: Math.min(...open.map(({ epoch }) => epoch)),
    summary: `${name} is not called: ${whyOf(first)}${keysOf(open)}`,
    ...(kind === 'resource' ? { blocks: [`${service} ${name}`] } : {}),
  };
}

/** Lets no call through, or only probes. */
function turnsAway({ state, epoch, openUntil = 0, probes = [] }: BreakerStatus, nowMs: number): boolean {
  if (state === 'FORCED_OPEN') return true;
  if (state !== 'OPEN' && state !== 'HALF_OPEN') return false;
  return nowMs - Math.max(epoch, openUntil, ...probes.map(({ until }) => until)) < UNTRIED_MS;
}

function whyOf({ state, because, forced }: BreakerStatus): string {
  if (state === 'FORCED_OPEN' && forced) return `forced open by ${forced.by}: ${forced.reason}`;
  const { calls, failures, slow } = because?.counts ?? {};
  const shown = state === 'HALF_OPEN' ? 'its breaker is half-open' : 'its breaker is open';
  const failed = failures !== undefined && calls !== undefined;
  if (because?.cause === 'slowRate' && slow !== undefined && calls !== undefined) {
    return `${shown}, ${String(slow)} of ${String(calls)} calls were slow`;
  }
  return failed && failures > 0 ? `${shown}, ${String(failures)} of ${String(calls)} calls failed` : shown;
}

function keysOf(open: readonly BreakerStatus[]): string {
  const keys = open.map(({ key }) => key).filter((key) => key !== undefined);
  if (keys.length === 0) return '';
  const more = keys.length > MOST_NAMED ? ` and ${String(keys.length - MOST_NAMED)} more` : '';
  return ` (${keys.slice(0, MOST_NAMED).join(', ')}${more})`;
}
