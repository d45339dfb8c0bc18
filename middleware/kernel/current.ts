// Finds the invocation a piece of domain code runs in, so that it needs no context passed to it.
import type { AsyncLocalStorage as Storage } from 'node:async_hooks';
import type { Invocation } from './invocation.ts';

// getBuiltinModule costs a fraction of an import statement at cold start.
const { AsyncLocalStorage } = process.getBuiltinModule('node:async_hooks');
const storage: Storage<Invocation> = new AsyncLocalStorage<Invocation>();

/** Must be called in a synchronous hook, before its first await, to reach the handler. */
export function enter(invocation: Invocation): void {
  storage.enterWith(invocation);
}

/** The invocation being served, or undefined outside of one. */
export function current(): Invocation | undefined {
  return storage.getStore();
}
