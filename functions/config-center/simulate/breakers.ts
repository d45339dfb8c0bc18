// What breakers would have made of the recorded outcomes: how often they opened, for how long, and what they refused. Pure.
import type { BreakerRule, RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import type { Outcome } from '../../../middleware/kernel/outcome.ts';
import { autoQuorum, tripReason } from '../../../middleware/breaker/detect.ts';
import { breakerSettings, type BreakerSettings } from '../../../middleware/breaker/settings.ts';
import { longerThan } from './deadlines.ts';
import { NONE, rangeOf } from './range.ts';
import { MINUTE_MS, type Recorded, type Stream } from './record.ts';
import { NOTHING, type SideEffects } from './rule-effects.ts';

const FEEDBACK = 'what an open breaker would have spared a dependency, and how soon it had recovered, is not recorded';
const KEYED = 'how the calls of each key ended is not recorded';
const REFUSED = 'calls that were refused had no outcome';

type Rule = Pick<RuleDocument, 'dependencies' | 'resources'>;

/** Undefined where the document has no such breaker. */
export function broken(
  record: Recorded,
  section: 'dependencies' | 'resources',
  name: string,
  document: Rule,
): SideEffects | undefined {
  const rule = document[section]?.[name]?.breaker;
  if (!rule) return undefined;
  if (rule.mode === 'disabled') return NOTHING;
  const stream = (section === 'dependencies' ? record.calls : record.resources).get(name);
  const shadow = rule.mode === 'shadow' ? { shadow: true as const } : {};
  if (!stream) return { refused: NONE, opened: NONE, openMs: NONE, ...shadow, cannotSay: [] };
  const settings = breakerSettings(rule, section === 'dependencies' ? (document.dependencies?.[name] ?? {}) : {});
  const minutes = judged(stream, settings);
  if (rule.key) return keyed(rule, minutes, shadow);
  return { ...replayed(record, stream, settings, minutes), ...shadow };
}

interface Judged {
  readonly calls: number;
  readonly failures: number;
}

function judged({ outcomes, total }: Stream, { isFailure, isIgnored }: BreakerSettings): Judged[] {
  return Array.from(total, (_, minute) => {
    let [calls, failures] = [0, 0];
    for (const [outcome, count] of Object.entries(outcomes[minute] ?? {})) {
      if (outcome === 'refused' || isIgnored(outcome as Outcome)) continue;
      calls += count;
      if (isFailure(outcome as Outcome)) failures += count;
    }
    return { calls, failures };
  });
}

function keyed({ slow, consecutiveFailures }: BreakerRule, minutes: readonly Judged[], shadow: object): SideEffects {
  const none = !slow && minutes.every(({ failures }) => failures === 0) && consecutiveFailures !== 0;
  if (none) return { refused: NONE, opened: NONE, openMs: NONE, ...shadow, cannotSay: [] };
  return { refused: null, opened: null, openMs: null, ...shadow, cannotSay: [KEYED] };
}

function replayed(
  record: Recorded,
  stream: Stream,
  settings: BreakerSettings,
  minutes: readonly Judged[],
): SideEffects {
  const calls = minutes.reduce((sum, minute) => sum + minute.calls, 0);
  const possible = minutes.map((_, at) => canOpen(stream, settings, minutes, at));
  if (!possible.includes(true)) return { refused: NONE, opened: NONE, openMs: NONE, cannotSay: [] };
  const certain = mustOpen(stream, settings, minutes);
  const { opened, openMs, refused } = evenly(settings, minutes);
  const spanMs = possible.filter(Boolean).length * 2 * MINUTE_MS;
  const mostOpenings = Math.ceil(spanMs / settings.openForMs) + 1;
  const lengthMs = record.minutes * MINUTE_MS;
  const wasRefused = Object.values(stream.outcomes).some((counts) => (counts['refused'] ?? 0) > 0);
  return {
    opened: rangeOf(certain ? 1 : 0, opened, mostOpenings),
    openMs: rangeOf(certain ? Math.min(settings.openForMs, lengthMs) : 0, openMs, lengthMs + settings.maxOpenForMs),
    refused: rangeOf(0, refused, calls),
    cannotSay: wasRefused ? [FEEDBACK, REFUSED] : [FEEDBACK],
  };
}

/** A window may reach over so many minutes, and over the one after each. */
function around(settings: BreakerSettings, minutes: readonly Judged[], at: number): readonly Judged[] {
  const { window } = settings;
  const reach = window.kind === 'time' ? Math.ceil((window.bucketMs * 10) / MINUTE_MS) + 1 : minutes.length;
  return minutes.slice(Math.max(0, at - reach), at + reach + 1);
}

function canOpen(stream: Stream, settings: BreakerSettings, minutes: readonly Judged[], at: number): boolean {
  const { failureRate, minimumCalls, surge, consecutiveFailures = Infinity, slowRate, slowOverMs } = settings;
  const failures = around(settings, minutes, at).reduce((sum, minute) => sum + minute.failures, 0);
  if (failures > 0 && failures >= Math.min(consecutiveFailures, failureRate * minimumCalls)) return true;
  if (surge && failures > 0 && failures >= surge.failureRate * surge.minimumCalls) return true;
  if (slowRate === undefined || slowOverMs === undefined) return false;
  return longerThan(stream.durations, slowOverMs).possible >= Math.max(1, slowRate * minimumCalls);
}

/**
 * Stretches as long as the window, end to end, can each hold failures below the rate or calls below the minimum; when there
 * were more than fit into all of them, one of them opened it. Only when hardly any call went well it is certain that enough
 * instances saw failures.
 */
function mustOpen(stream: Stream, settings: BreakerSettings, minutes: readonly Judged[]): boolean {
  const { window, failureRate, minimumCalls, quorum } = settings;
  if (window.kind !== 'time') return false;
  const windowMs = window.bucketMs * 10;
  const needed = quorum === 'auto' ? autoQuorum(Infinity) : quorum;
  return minutes.some((_, from) => {
    let [failures, calls] = [0, 0];
    for (let to = from; to < Math.min(minutes.length, from + 10); to++) {
      const minute = minutes[to] ?? { calls: 0, failures: 0 };
      failures += minute.failures;
      calls += minute.calls;
      const beside = (minutes[from - 1]?.calls ?? 0) + (minutes[to + 1]?.calls ?? 0);
      const stretches = Math.ceil(((to - from + 2) * MINUTE_MS) / windowMs) + 1;
      const fits = failureRate * (calls + beside) + stretches * minimumCalls;
      if (failures > fits && stream.instances - (calls - failures) >= needed) return true;
    }
    return false;
  });
}

/** The rule asked once a second, with the calls of each minute spread evenly over it. */
function evenly(settings: BreakerSettings, minutes: readonly Judged[]) {
  const windowSeconds =
    settings.window.kind === 'time' ? Math.max(1, Math.round((settings.window.bucketMs * 10) / 1000)) : undefined;
  let [opened, openMs, refused, until, openFor, since] = [0, 0, 0, -1, settings.openForMs, 0];
  const at = (second: number): Judged => {
    const { calls = 0, failures = 0 } = minutes[Math.floor(second / 60)] ?? {};
    return { calls: calls / 60, failures: failures / 60 };
  };
  let window = { calls: 0, failures: 0 };
  for (let second = 0; second < minutes.length * 60; second++) {
    const now = at(second);
    if (second < until) {
      refused += now.calls;
      openMs += 1000;
      continue;
    }
    if (second === until) {
      // A probe goes as most calls of its second do.
      const fails = now.calls > 0 && now.failures / now.calls >= settings.failureRate;
      [since, window] = [second, { calls: 0, failures: 0 }];
      if (fails) {
        openFor = Math.min(settings.maxOpenForMs, openFor * settings.openForFactor);
        [until, opened] = [second + Math.ceil(openFor / 1000), opened + 1];
        continue;
      }
      openFor = settings.openForMs;
    }
    window = { calls: window.calls + now.calls, failures: window.failures + now.failures };
    if (windowSeconds !== undefined && second - windowSeconds >= since) {
      const old = at(second - windowSeconds);
      window = { calls: window.calls - old.calls, failures: window.failures - old.failures };
    }
    if (tripReason({ ...window, slow: 0 }, settings) === undefined || window.failures < 1e-6) continue;
    [until, opened] = [second + 1 + Math.ceil(openFor / 1000), opened + 1];
  }
  return { opened, openMs, refused };
}
