// Where an instance keeps its breakers: they live as long as it does, whatever the revision of the rules.
import type { Instance } from '../kernel/instance.ts';
import type { Breaker } from './breaker.ts';
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

/** Has the next call through each breaker of an instance wait for the fleet's view, however fresh the last one is. */
export function lookAgain(instance: Instance): void {
  const { single, keyed } = keptOn(instance);
  for (const breaker of single.values()) breaker.lookAgain();
  for (const breakers of keyed.values()) breakers.lookAgain();
}
