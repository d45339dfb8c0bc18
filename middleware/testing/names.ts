// The names that a test's rules give: what a test asks about under another one would be silent for ever.
import { Misused } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';

/** Those of every revision so far: what was counted under rules that are gone can still be asked about. */
export class KnownNames {
  readonly #throttles = new Set<string>();
  readonly #dependencies = new Set<string>();
  readonly #breakers = new Set<string>();

  learn({ throttles = {}, dependencies = {}, resources = {} }: RuleDocument): void {
    for (const [name, { breaker }] of Object.entries(resources)) if (breaker) this.#breakers.add(`resource:${name}`);
    for (const name of Object.keys(throttles)) this.#throttles.add(name);
    for (const [name, { breaker }] of Object.entries(dependencies)) {
      this.#dependencies.add(name);
      if (breaker) this.#breakers.add(name);
    }
    // What fallbacks ask by the name of a function.
    for (const { fallback = [] } of [...Object.values(dependencies), ...Object.values(resources)]) {
      for (const step of fallback) if (step.function !== undefined) this.#dependencies.add(`function:${step.function}`);
    }
  }

  /** @throws {Misused} unless some rules have had it. */
  throttle(name: string): void {
    known('throttle', name, this.#throttles);
  }

  /** @throws {Misused} unless some rules have had it. */
  dependency(name: string): void {
    known('dependency', name, this.#dependencies);
  }

  /** @throws {Misused} unless some rules have had the dependency, or `resource:` and the resource, with a breaker. */
  breaker(dependency: string): void {
    if (this.#breakers.has(dependency)) return;
    if (dependency.startsWith('resource:')) known('breaker', dependency, this.#breakers);
    this.dependency(dependency);
    throw new Misused(
      `the rules give the dependency "${dependency}" no breaker: write ${dependency}: { breaker: {} } among its rules`,
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
  const { resources = {}, throttles = {}, access = {}, slos = {} } = document;
  const lists: readonly (readonly [string, readonly string[] | undefined])[] = [
    ...Object.entries(throttles).map(([name, rule]) => [`throttles.${name}.resources`, rule.resources] as const),
    ...(access.deny ?? []).map((entry, i) => [`access.deny.${String(i)}.resources`, entry.resources] as const),
    ...(access.allow ?? []).map((entry, i) => [`access.allow.${String(i)}.resources`, entry.resources] as const),
    ...Object.entries(slos).map(([name, rule]) => [`slos.${name}.resources`, rule.resources] as const),
  ];
  return lists.flatMap(([place, names = []]) =>
    names
      .filter((name) => name !== 'default' && !Object.hasOwn(resources, name))
      .map((name) => `${place}: there is no resource "${name}"`),
  );
}
