// A throttle rule compiled for one service: its arithmetic, its key, and what it tells those it refuses.
import type { Invocation } from '../kernel/invocation.ts';
import type { RuleDocument, ThrottleRule } from '../kernel/rules/document.ts';
import { parseWindowRate } from '../kernel/rates.ts';
import { parseDuration } from '../kernel/units.ts';
import { limiterOf, syncOf } from './algorithm.ts';
import { compileCost } from './cost.ts';
import { compileKey, compileValues, hash, storedKey, type RawKey } from '../kernel/key.ts';
import { later } from './later.ts';
import type { FleetState, Limiter } from './limiter.ts';
import { Memory, type RuleMemory } from './memory.ts';
import type { KeyValues } from './overrides.ts';
import type { Sync } from './terms.ts';

const GENERATION_LENGTH = 8;

export interface CompiledThrottle {
  readonly name: string;
  /** As the operator wrote it, for messages. */
  readonly limit: string;
  readonly limiter: Limiter;
  readonly key: readonly string[];
  /** Changes with limit and burst, so that a bucket never mixes two of them. */
  readonly generation: string;
  /** Names the rule's state on an instance: the same after a publish that did not change it. */
  readonly id: string;
  readonly fleet: boolean;
  readonly shadow: boolean;
  readonly whenStoreFails: 'local' | 'allow' | 'reject';
  readonly rawKeyOf: (invocation: Invocation) => RawKey;
  readonly storedKeyOf: (raw: RawKey) => string;
  readonly memory: RuleMemory;
  readonly sync: Sync;
  /** What a request costs, in tokens; undefined where all cost one. */
  readonly cost: ((invocation: Invocation) => number) | undefined;
  /** A request that says it costs more is refused. */
  readonly mostCost: number;
  /** How long a request may be held until its turn, µs. */
  readonly maxWaitUs: number;
  /** Answers to admitted requests tell what is left. */
  readonly told: boolean;
  /** One token a request, and no more to say about it. */
  readonly plain: boolean;
  /** Set when some keys have limits of their own. */
  readonly overrides?: Overrides;
}

/** The same rule with each of its limits. */
export interface Overrides {
  /** In the order of the rule. */
  readonly all: readonly CompiledThrottle[];
  /** With the limit that is in force for a key. */
  readonly of: (invocation: Invocation, raw: RawKey) => CompiledThrottle;
  /** The same for values as callers have them. */
  readonly ofValues: (values: KeyValues) => CompiledThrottle;
}

/** The rules of one resource in the order they are asked: narrowest key first. */
export interface ResourceThrottles {
  readonly enforced: readonly CompiledThrottle[];
  readonly shadow: readonly CompiledThrottle[];
  /** True when one of the enforced has overrides. */
  readonly overridden: boolean;
  /** True when one of the enforced tells those it admits what is left. */
  readonly told: boolean;
}

export interface Throttles {
  /** Undefined when no rule applies. */
  of(resource: string): ResourceThrottles | undefined;
  /** True when some rule tells those it admits what is left. */
  readonly telling: boolean;
}

/**
 * Compiles a document's rules against what the instance remembers of them.
 * @throws {RangeError} on a limit, burst or key that cannot be meant.
 */
export function compileThrottles(document: RuleDocument, memory: Memory = new Memory()): Throttles {
  const rules = Object.entries(document.throttles ?? {})
    .filter(([, rule]) => rule.mode !== 'disabled')
    .map(([name, rule]) => ({ resources: rule.resources, throttle: compileThrottle(name, rule, memory) }))
    .sort((a, b) => narrowness(b.throttle) - narrowness(a.throttle));
  memory.keep(
    new Set(rules.flatMap(({ throttle }) => [throttle, ...(throttle.overrides?.all ?? [])].map(({ id }) => id))),
  );
  const everywhere = split(rules.filter(({ resources }) => !resources).map(({ throttle }) => throttle));
  const byResource = new Map<string, ResourceThrottles | undefined>();
  for (const resource of new Set(rules.flatMap(({ resources }) => resources ?? []))) {
    const applying = rules.filter(({ resources }) => !resources || resources.includes(resource));
    byResource.set(resource, split(applying.map(({ throttle }) => throttle)));
  }
  const telling = rules.some(({ throttle }) => throttle.told);
  return { of: (resource) => byResource.get(resource) ?? everywhere, telling };
}

function split(rules: readonly CompiledThrottle[]): ResourceThrottles | undefined {
  if (rules.length === 0) return undefined;
  const enforced = rules.filter(({ shadow }) => !shadow);
  const shadow = rules.filter((rule) => rule.shadow);
  return {
    enforced,
    shadow,
    overridden: enforced.some(({ overrides }) => overrides !== undefined),
    told: enforced.some(({ told }) => told),
  };
}

/** A window of the calendar: what it counts is worth counting only once all else admits. */
export function isQuota({ algorithm, limit }: ThrottleRule): boolean {
  return algorithm === 'fixed-window' && parseWindowRate(limit).unit !== 'time';
}

/** One caller's overload is refused by the narrowest key before it costs the others; in memory before over the network. */
function narrowness(throttle: CompiledThrottle): number {
  return 2 * throttle.key.length + (throttle.fleet ? 0 : 1);
}

/** A rule that is not in a document, e.g. to look at its state. @throws {RangeError} as `compileThrottles` does. */
export function compileThrottle(name: string, rule: ThrottleRule, memory: Memory): CompiledThrottle {
  const own = compileLimit(name, rule, memory);
  if (!rule.overrides) return own;
  const overrides = rule.overrides.map(({ match, limit, burst }) => ({
    match,
    limit: compileLimit(name, { ...rule, limit, burst }, memory),
  }));
  const { compileOverrides, rememberingOverrides } = later('seldom');
  const ofValues = compileOverrides(own.key, overrides, own);
  const of = rememberingOverrides(ofValues, compileValues(own.key));
  return { ...own, overrides: { all: overrides.map(({ limit }) => limit), of, ofValues } };
}

function compileLimit(name: string, rule: ThrottleRule, memory: Memory): CompiledThrottle {
  const limiter = limiterOf(rule);
  const key = rule.key ?? [];
  const generation = hash(limiter.shape).slice(0, GENERATION_LENGTH);
  const id = `${name}#${limiter.algorithm}#${generation}#${key.join(',')}`;
  return {
    name,
    limit: rule.limit,
    limiter,
    key,
    generation,
    id,
    fleet: rule.scope !== 'instance',
    shadow: rule.mode === 'shadow',
    whenStoreFails: rule.whenStoreFails ?? 'local',
    rawKeyOf: compileKey(key),
    storedKeyOf: (raw) => storedKey(key, raw),
    memory: memory.of(id),
    sync: syncOf(rule),
    cost: compileCost(rule.cost),
    mostCost: Math.min(rule.mostCost ?? Infinity, limiter.holds),
    maxWaitUs: rule.maxWait === undefined ? 0 : parseDuration(rule.maxWait) * 1000,
    told: rule.headers === 'always',
    plain: (rule.cost ?? 1) === 1 && rule.headers !== 'always',
  };
}

/** The rule with the limit that is in force for a key. */
export function inForce(rule: CompiledThrottle, invocation: Invocation, raw: RawKey): CompiledThrottle {
  return rule.overrides ? rule.overrides.of(invocation, raw) : rule;
}

/** Where the fleet keeps one key of a rule. */
export function fleetStateOf({ name, limiter, generation, storedKeyOf }: CompiledThrottle, raw: RawKey): FleetState {
  return { rule: name, algorithm: limiter.algorithm, generation, key: storedKeyOf(raw) };
}
