// The breakers of an instance: they live as long as it does, whatever the revision of the rules.
import type { Instance } from '../kernel/instance.ts';
import { Breaker } from './breaker.ts';
import type { KeyedBreakers } from './keyed.ts';

interface Kept {
  readonly single: Map<string, Breaker>;
  readonly keyed: Map<string, KeyedBreakers>;
}

const BREAKERS = {};

export function keptOn(instance: Instance): Kept {
  return instance.state(BREAKERS, () => ({
    single: new Map<string, Breaker>(),
    keyed: new Map<string, KeyedBreakers>(),
  }));
}

export function breakerOf(name: string, instance: Instance): Breaker {
  const { single } = keptOn(instance);
  let breaker = single.get(name);
  if (!breaker) {
    breaker = new Breaker(name, instance);
    single.set(name, breaker);
  }
  return breaker;
}

/** Has the next call through each breaker of an instance wait for the fleet's view, however fresh the last one is. */
export function lookAgain(instance: Instance): void {
  const { single, keyed } = keptOn(instance);
  for (const breaker of single.values()) breaker.lookAgain();
  for (const breakers of keyed.values()) breakers.lookAgain();
}

/** As breakers of resources are named where those of dependencies are too: no dependency's name has a colon. */
export const resourceBreaker = (resource: string) => `resource:${resource}`;
