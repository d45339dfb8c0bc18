// What throttles would have refused or delayed. Pure.
import { isDeepStrictEqual } from 'node:util';
import type { RuleDocument, ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { isQuota } from '../../../middleware/throttle/rule.ts';
import type { BusyKey } from '../../../store/items/telemetry-detail.ts';
import { askedOf, mayBeBatches, refusedBy, type Asked } from './asked.ts';
import { fewestRefused, mostRefused, mostRefusedOf, type Allowance } from './bounds.ts';
import { curvesOf } from './evidence.ts';
import { byBusiestKeys, bySamples, SAMPLED_PARTS, type KeyedRefusals } from './keyed.ts';
import { limitOf, refusedEvenly, type Limit } from './limit.ts';
import { exactly, rangeOf, within, type Range } from './range.ts';
import type { Recorded } from './record.ts';
import { NOTHING, type SideEffects } from './rule-effects.ts';

/** What is replayed: the record, and the rules in force, which were in force all the time if `steady`. */
export interface Scene {
  readonly record: Recorded;
  readonly current: RuleDocument;
  readonly draft: RuleDocument;
  readonly steady: boolean;
}

const BY_ITSELF = 'requests of a queue carry several messages each, and how many is not recorded';
const COST = 'what a request says it costs is not recorded';

/** What the rules in force did with this rule: counted where they were in force all the time. */
export function throttleNow(scene: Scene, name: string, rule: ThrottleRule): SideEffects {
  const replayed = throttled(scene, name, rule, scene.current);
  if (!scene.steady || rule.mode === 'shadow' || rule.mode === 'disabled') return replayed;
  const asked = askedIn(scene, rule, scene.current);
  const { own } = refusedBy(asked, 'throttle', name);
  return { ...replayed, refused: exactly(own), measured: true, cannotSay: [] };
}

export function askedIn({ record }: Pick<Scene, 'record'>, rule: ThrottleRule, document: RuleDocument): Asked {
  return askedOf(record, document, rule.resources, isQuota(rule) ? 'quota' : 'throttle');
}

export function throttled(scene: Scene, name: string, rule: ThrottleRule, document: RuleDocument): SideEffects {
  if (rule.mode === 'disabled') return NOTHING;
  const { record, current } = scene;
  const asked = askedIn(scene, rule, document);
  const shadow = rule.mode === 'shadow' ? { shadow: true as const } : {};
  if (asked.total === 0) return { ...NOTHING, ...shadow };
  if (mayBeBatches(record, asked, [current, scene.draft])) return { refused: null, ...shadow, cannotSay: [BY_ITSELF] };
  if (typeof rule.cost === 'string') return { refused: null, ...shadow, cannotSay: [COST] };
  const cannotSay: string[] = [];
  const limits = [rule, ...(rule.overrides ?? []).map(({ limit, burst }) => ({ ...rule, limit, burst }))];
  const ranges = limits.map((one) => ofLimit(scene, name, one, asked, cannotSay));
  if (rule.overrides)
    cannotSay.push('which keys have limits of their own is not recorded: bounds are those of all of them');
  if (isQuota(rule)) cannotSay.push('how much of the quota was used before is not recorded');
  const [first] = ranges;
  if (!first) return NOTHING;
  const widest = rangeOf(
    Math.min(...ranges.map(({ refused }) => refused.low)),
    first.refused.estimate,
    Math.max(...ranges.map(({ refused }) => refused.high)),
  );
  const refused = beside(scene, name, rule, asked, widest);
  const { delayed } = first;
  if (!rule.overrides && refused.high > refused.low) cannotSay.push(WITHIN_A_MINUTE);
  return { refused, ...(delayed ? { delayed } : {}), ...shadow, cannotSay: [...new Set(cannotSay)] };
}

const WITHIN_A_MINUTE =
  'when in their minutes requests came is not recorded: the bounds are of the best and the worst case';

/** What the same rule was counted to refuse bounds what a stricter or a looser one would have. */
function beside(scene: Scene, name: string, rule: ThrottleRule, asked: Asked, range: Range): Range {
  const known = scene.current.throttles?.[name];
  if (!known || !scene.steady || known.mode === 'shadow' || known.mode === 'disabled') return range;
  const than = relationOf(known, rule);
  if (than === undefined) return range;
  const { own, others } = refusedBy(asked, 'throttle', name);
  const bounded = within(range, than === 'looser' ? 0 : own, than === 'stricter' ? Infinity : own + others);
  return than === 'same' ? rangeOf(bounded.low, own, bounded.high) : bounded;
}

/** How a rule is beside one of before, whatever it is asked; undefined where that depends. */
export function relationOf(before: ThrottleRule, after: ThrottleRule): 'same' | 'looser' | 'stricter' | undefined {
  if (isDeepStrictEqual(before, after)) return 'same';
  const without = ({ limit: _limit, burst: _burst, ...rest }: ThrottleRule) => rest;
  if (!isDeepStrictEqual(without(before), without(after)) || before.overrides) return undefined;
  // A window of another length begins at other moments, and what warms up depends on pauses.
  if ((before.algorithm ?? 'token-bucket') !== 'token-bucket' || before.warmUp !== undefined) return undefined;
  const [was, is] = [before, after].map(({ limit, burst }) => limitOf({ limit, burst }, 1, 0, 0).most);
  if (!was || !is) return undefined;
  if (isAtLeast(is, was)) return 'looser';
  return isAtLeast(was, is) ? 'stricter' : undefined;
}

const isAtLeast = (a: Allowance, b: Allowance) => a.burst >= b.burst && a.aMinute >= b.aMinute;

interface OfLimit {
  readonly refused: Range;
  readonly delayed?: Range;
}

function ofLimit(scene: Scene, name: string, rule: ThrottleRule, asked: Asked, cannotSay: string[]): OfLimit {
  const { record } = scene;
  const cost = typeof rule.cost === 'number' ? rule.cost : 1;
  const compiled = limitOf(rule, cost, record.from, record.to);
  const limit = rule.scope === 'instance' ? onEach(compiled, record) : compiled;
  const most = worst(scene, asked, limit.least);
  if (rule.key && rule.key.length > 0) {
    const keyed = ofKeys(scene, name, rule, asked, limit, cannotSay);
    return { refused: rangeOf(keyed?.low ?? 0, keyed?.estimate ?? null, Math.min(most, keyed?.high ?? Infinity)) };
  }
  const likely = asked.most.map((count, i) => Math.round((count + (asked.least[i] ?? 0)) / 2));
  const low = fewestRefused(asked.least, limit.most);
  const estimate = rule.scope === 'instance' ? null : refusedEvenly(limit, likely, record.from);
  const refused = rangeOf(low, estimate, most);
  if (!limit.atOnce) return { refused };
  const held = fewestRefused(asked.least, limit.atOnce.most) - refused.high;
  return { refused, delayed: rangeOf(Math.max(0, held), null, asked.total - refused.low) };
}

function worst({ record, current, steady }: Scene, asked: Asked, least: Allowance): number {
  const curves = curvesOf(record, asked, steady ? current : undefined);
  return Math.min(
    mostRefused(asked.most, least, asked.lead),
    ...curves.map((curve) => mostRefusedOf(asked.total, least, curve)),
  );
}

/** Each instance has one of its own, and requests may be shared out evenly, or all go to one. */
function onEach(limit: Limit, { instances }: Recorded): Limit {
  let most = 1;
  instances.forEach((count, minute) => (most = Math.max(most, count + (instances[minute - 1] ?? 0))));
  const { burst, aMinute, idleMinutes } = limit.most;
  // New ones come with full buckets.
  return { ...limit, most: { burst: burst * most, aMinute: (aMinute + burst) * most, idleMinutes } };
}

function ofKeys(
  { record, current, steady }: Scene,
  name: string,
  { key = [], resources }: ThrottleRule,
  asked: Asked,
  limit: Limit,
  cannotSay: string[],
): KeyedRefusals | undefined {
  // A rule of another revision may have had another key under the same name.
  const told = steady ? toldOf(record, current, name, key, asked.resources, resources) : undefined;
  if (told) {
    if (told.keys.some((keys) => keys.length >= MOST_TOLD)) {
      cannotSay.push(`of each minute only the ${MOST_TOLD} busiest keys are recorded`);
    }
    return byBusiestKeys(told.keys, asked, limit, { fromMs: record.from, partly: told.partly });
  }
  const part = key.find((one) => !SAMPLED_PARTS.has(one));
  if (part !== undefined) {
    cannotSay.push(
      `no rule by ${key.join(', ')} was in force all the time, and ${part} is not recorded of single requests`,
    );
    return undefined;
  }
  const samples = record.samples.filter(({ resource, by }) => asked.resources.has(resource) && !isBefore(by));
  const { total } = asked;
  const found = bySamples(samples, key, { total, minutes: record.minutes, fromMs: record.from }, limit);
  const error = `${found.sampled} samples stand for ${total} requests, give or take ${Math.ceil(found.error)}`;
  cannotSay.push(`no rule by ${key.join(', ')} was in force all the time, so that keys are estimated: ${error}`);
  return found;
}

const MOST_TOLD = 20;
const isBefore = (by = '') => /^(access|deadline|shed|fault|breaker)\//.test(by);

/** The busiest keys that a rule with the same key was told of, for at least these resources; its own if it has that. */
function toldOf(
  record: Recorded,
  current: RuleDocument,
  name: string,
  key: readonly string[],
  asked: ReadonlySet<string>,
  wanted: readonly string[] | undefined,
): { readonly keys: readonly (readonly BusyKey[])[]; readonly partly: boolean } | undefined {
  const rules = Object.entries(current.throttles ?? {}).sort(([a], [b]) => Number(b === name) - Number(a === name));
  for (const [other, rule] of rules) {
    const keys = record.keys.get(other);
    if (!keys || (rule.mode ?? 'enforce') !== 'enforce' || isQuota(rule)) continue;
    if (!isDeepStrictEqual(rule.key, key)) continue;
    if (rule.resources && [...asked].some((resource) => !rule.resources?.includes(resource))) continue;
    return { keys, partly: !isDeepStrictEqual(rule.resources, wanted) };
  }
  return undefined;
}
