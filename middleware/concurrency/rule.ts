// A concurrency rule compiled for one service: how many at once, for whom, and what when the store is away.
import type { ConcurrencyRule, Priority, RuleDocument } from '../kernel/rules/document.ts';
import { parseDuration } from '../kernel/units.ts';
import { limitNow, type Bounds } from './adaptive.ts';
import { Memory, type RuleMemory } from './memory.ts';
import { claimable, type Priorities } from './priority.ts';
import type { Claimable } from './slots.ts';

export interface CompiledConcurrency {
  readonly name: string;
  /** Undefined for a limit that is always the same. */
  readonly bounds: Bounds | undefined;
  readonly fleet: boolean;
  readonly shadow: boolean;
  readonly maxWaitMs: number;
  readonly whenStoreFails: 'local' | 'allow' | 'reject';
  /** How many may be under way at once, as far as this instance knows. */
  readonly limit: () => number;
  readonly claimableBy: (priority: Priority) => Claimable;
  readonly memory: RuleMemory;
}

export interface ResourceConcurrency {
  /** In memory before over the network, then by name: everybody asks in the same order, so that nobody waits in a circle. */
  readonly enforced: readonly CompiledConcurrency[];
  readonly shadow: readonly CompiledConcurrency[];
}

export interface Concurrency {
  readonly all: readonly CompiledConcurrency[];
  /** Undefined when no rule applies. */
  of(resource: string): ResourceConcurrency | undefined;
}

/** Compiles a document's rules against what the instance remembers of them. @throws {RangeError} on a duration that is none. */
export function compileConcurrency(document: RuleDocument, memory: Memory = new Memory()): Concurrency {
  const rules = Object.entries(document.concurrency ?? {})
    .filter(([, rule]) => rule.mode !== 'disabled')
    .map(([name, rule]) => ({ resources: rule.resources, rule: compileRule(name, rule, document, memory.of(name)) }))
    .sort((a, b) => Number(a.rule.fleet) - Number(b.rule.fleet) || (a.rule.name < b.rule.name ? -1 : 1));
  memory.keep(new Set(rules.map(({ rule }) => rule.name)));
  const everywhere = split(rules.filter(({ resources }) => !resources).map(({ rule }) => rule));
  const byResource = new Map<string, ResourceConcurrency | undefined>();
  for (const resource of new Set(rules.flatMap(({ resources }) => resources ?? []))) {
    const applying = rules.filter(({ resources }) => !resources || resources.includes(resource));
    byResource.set(resource, split(applying.map(({ rule }) => rule)));
  }
  return { all: rules.map(({ rule }) => rule), of: (resource) => byResource.get(resource) ?? everywhere };
}

function split(rules: readonly CompiledConcurrency[]): ResourceConcurrency | undefined {
  if (rules.length === 0) return undefined;
  return { enforced: rules.filter(({ shadow }) => !shadow), shadow: rules.filter(({ shadow }) => shadow) };
}

function compileRule(
  name: string,
  rule: ConcurrencyRule,
  document: RuleDocument,
  memory: RuleMemory,
): CompiledConcurrency {
  const bounds = boundsOf(rule);
  const present = prioritiesOf(rule, document);
  const limit = bounds
    ? () => (memory.adaptive ? limitNow(memory.adaptive, bounds) : bounds.floor)
    : () => (rule.limit === 'adaptive' ? 1 : rule.limit);
  return {
    name,
    bounds,
    fleet: rule.scope !== 'instance',
    shadow: rule.mode === 'shadow',
    maxWaitMs: rule.maxWait === undefined ? 0 : parseDuration(rule.maxWait),
    whenStoreFails: rule.whenStoreFails ?? 'local',
    limit,
    claimableBy: (priority) => claimable(limit(), priority, present),
    memory,
  };
}

/** Between what an adaptive limit moves; undefined for a fixed one. */
export function boundsOf({ limit, floor = 1, ceiling = floor }: ConcurrencyRule): Bounds | undefined {
  return limit === 'adaptive' ? { floor, ceiling: Math.max(floor, ceiling) } : undefined;
}

/** Whatever matches no resource is resource `default`, whose priority is normal. */
function prioritiesOf({ resources }: ConcurrencyRule, document: RuleDocument): Priorities {
  const names = resources ?? [...Object.keys(document.resources ?? {}), 'default'];
  return new Set(names.map((name) => document.resources?.[name]?.priority ?? 'normal'));
}
