// Loads what rules need of breakers beside the plain one, before they come in force.
import type { Instance } from '../kernel/instance.ts';
import type { BreakerRule, RuleDocument } from '../kernel/rules/document.ts';
import type { Breaker } from './breaker.ts';
import { breakerOf } from './breakers.ts';
import type * as Keyed from './keyed.ts';
import type { Asked, KeyParts } from './keyed.ts';

let loaded: { readonly keyed: typeof Keyed; readonly keys: KeyParts } | undefined;

/** Loads what keys are made of, which is in another part. */
export type LoadKeys = () => Promise<KeyParts>;

/** Never loads anything twice. Without rules, all there is. */
export async function loadFor(document: RuleDocument | undefined, keys: LoadKeys): Promise<void> {
  if (loaded) return;
  const { dependencies = {}, resources = {} } = document ?? {};
  const rules = [...Object.values(dependencies), ...Object.values(resources)];
  if (document && !rules.some(({ breaker }) => breaker?.key !== undefined)) return;
  const [keyed, parts] = await Promise.all([import('./keyed.ts'), keys()]);
  loaded = { keyed, keys: parts };
}

/** Which breaker of a rule something meets. @throws {Error} when the rule has a key, and what that needs is not loaded. */
export function breakerFor(name: string, rule: BreakerRule, instance: Instance): (asked: Asked) => Breaker {
  if (rule.key === undefined) {
    const breaker = breakerOf(name, instance);
    return () => breaker;
  }
  if (!loaded) throw new Error('breaker/keyed is needed and has not been loaded: await loadFor(rules) first');
  const breakers = loaded.keyed.keyedBreakers(name, rule.key, instance, loaded.keys);
  return (asked) => breakers.of(asked);
}
