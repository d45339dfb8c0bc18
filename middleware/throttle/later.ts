// The throttle's code that is loaded later: what few rules or events need is in files of its own, and handed out here.
import type * as Divided from './divided.ts';
import type * as InTurn from './in-turn.ts';
import type * as Quotas from './quotas.ts';
import type * as Seldom from './seldom.ts';

export interface Later {
  /** For fixed windows. */
  readonly quotas: typeof Quotas;
  /** For other algorithms than the token bucket, and for what few rules say besides their limit. */
  readonly seldom: typeof Seldom;
  /** For events that can come back later. */
  readonly inTurn: typeof InTurn;
  /** For hot keys: buckets in several parts, and those whose table throttles them. */
  readonly divided: typeof Divided;
}

let loaded: Partial<Later> = {};

export function provide(modules: Partial<Later>): void {
  loaded = { ...loaded, ...modules };
}

export function isHere(name: keyof Later): boolean {
  return loaded[name] !== undefined;
}

/** @throws {Error} when it has not been loaded: whoever compiles rules loads what they need before. */
export function later<Name extends keyof Later>(name: Name): Later[Name] {
  const module = loaded[name];
  if (!module) throw new Error(`throttle/${name} is needed and has not been loaded: await loadFor(rules) first`);
  return module;
}

/** What is loaded when a hot key is met: one that is divided, is to be, or is throttled. */
export async function divided(): Promise<Later['divided']> {
  if (!loaded.divided) provide({ divided: await import('./divided.ts') });
  return later('divided');
}
