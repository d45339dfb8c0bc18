// The names that a test's rules give: what a test asks about under another one would be silent for ever.
import { Misused } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import type { BreakerRule, RuleDocument } from '../kernel/rules/document.ts';

/** Those of every revision so far: what was counted under rules that are gone can still be asked about. */
export class KnownNames {
  readonly #throttles = new Set<string>();
  readonly #dependencies = new Set<string>();
  /** By name: whether its rule has had a key, whether it has had none. */
  readonly #breakers = new Map<string, { keyed: boolean; whole: boolean }>();

  learn({ throttles = {}, dependencies = {}, resources = {} }: RuleDocument): void {
    for (const [name, { breaker }] of Object.entries(resources)) if (breaker) this.#learn(`resource:${name}`, breaker);
    for (const name of Object.keys(throttles)) this.#throttles.add(name);
    for (const [name, { breaker }] of Object.entries(dependencies)) {
      this.#dependencies.add(name);
      if (breaker) this.#learn(name, breaker);
    }
    // What fallbacks ask by the name of a function.
    for (const { fallback = [] } of [...Object.values(dependencies), ...Object.values(resources)]) {
      for (const step of fallback) if (step.function !== undefined) this.#dependencies.add(`function:${step.function}`);
    }
  }

  #learn(name: string, { key }: BreakerRule): void {
    const { keyed = false, whole = false } = this.#breakers.get(name) ?? {};
    this.#breakers.set(name, { keyed: keyed || key !== undefined, whole: whole || key === undefined });
  }

  /** @throws {Misused} unless some rules have had it. */
  throttle(name: string): void {
    known('throttle', name, this.#throttles);
  }

  /** @throws {Misused} unless some rules have had it. */
  dependency(name: string): void {
    known('dependency', name, this.#dependencies);
  }

  /**
   * @throws {Misused} unless some rules have had the dependency, or `resource:` and the resource, with a breaker: one for
   * each value of a key where one is asked for, and one for all where none is.
   */
  breaker(name: string, key: string | undefined): void {
    const kinds = this.#breakers.get(name);
    if (!kinds) this.#noBreaker(name);
    else if (key === undefined && !kinds.whole) {
      throw new Misused(
        `"${name}" has a breaker for each value of its key, and none for all: say whose, as in breaker('${name}', 'acme')`,
      );
    } else if (key !== undefined && !kinds.keyed) {
      throw new Misused(`"${name}" has one breaker for all, since its rule has no key: write breaker('${name}')`);
    }
  }

  #noBreaker(name: string): never {
    if (name.startsWith('resource:')) known('breaker', name, new Set(this.#breakers.keys()));
    this.dependency(name);
    throw new Misused(
      `the rules give the dependency "${name}" no breaker: write ${name}: { breaker: {} } among its rules`,
    );
  }
}

function known(what: string, name: string, names: ReadonlySet<string>): void {
  if (names.has(name)) return;
  throw new Misused(`the rules of this test have no ${what} "${name}": ${instead(name, [...names])}`);
}

function instead(name: string, names: readonly string[]): string {
  if (names.length === 0) return 'they have none; give testGovernor() rules, or publish() them first';
  const near = nearest(name, names);
  return near === undefined ? `they have ${names.join(', ')}` : `did you mean ${near}?`;
}

/** Where a document names resources it does not have: such rules apply to nothing. One line each. */
export function strayResources(document: RuleDocument): string[] {
  const { resources = {}, throttles = {}, access = {}, slos = {}, alerts = {} } = document;
  const lists: readonly (readonly [string, readonly string[] | undefined])[] = [
    ...Object.entries(throttles).map(([name, rule]) => [`throttles.${name}.resources`, rule.resources] as const),
    ...(access.deny ?? []).map((entry, i) => [`access.deny.${String(i)}.resources`, entry.resources] as const),
    ...(access.allow ?? []).map((entry, i) => [`access.allow.${String(i)}.resources`, entry.resources] as const),
    ...Object.entries(slos).map(([name, rule]) => [`slos.${name}.resources`, rule.resources] as const),
    ...Object.entries(alerts).map(([name, rule]) => [`alerts.${name}.resources`, rule.resources] as const),
  ];
  return lists.flatMap(([place, names = []]) =>
    names
      .filter((name) => name !== 'default' && !Object.hasOwn(resources, name))
      .map((name) => `${place}: there is no resource "${name}"`),
  );
}
