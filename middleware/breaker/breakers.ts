// The breakers of an instance by their names: made when first asked for.
import type { Instance } from '../kernel/instance.ts';
import { Breaker } from './breaker.ts';
import { keptOn } from './kept.ts';

export function breakerOf(name: string, instance: Instance): Breaker {
  const { single } = keptOn(instance);
  let breaker = single.get(name);
  if (!breaker) {
    breaker = new Breaker(name, instance);
    single.set(name, breaker);
  }
  return breaker;
}

/** As breakers of resources are named where those of dependencies are too: no dependency's name has a colon. */
export const resourceBreaker = (resource: string) => `resource:${resource}`;
