// What a policy is to the kernel: rules compiled once per revision, and hooks around an invocation.
import type { FlyballError } from './errors.ts';
import type { Instance } from './instance.ts';
import type { Invocation } from './invocation.ts';
import type { RuleDocument } from './rules/document.ts';

/**
 * One policy of the data plane. Hooks return nothing when they are done at once, and a promise only when they must wait:
 * a synchronous hook costs a fifth of an asynchronous one.
 */
export interface Policy<Compiled = unknown> {
  readonly name: string;
  /** Turns the document into closures and tables; runs once per revision and instance, never on the hot path. */
  compile(rules: RuleDocument, instance: Instance): Compiled;
  /** May throw a `FlyballError` to refuse. Any other error is contained: counted, and the invocation goes on. */
  before?(invocation: Invocation, rules: Compiled): void | Promise<void>;
  /**
   * Runs once per invocation whose `before` of this policy was reached, in reverse order, after success and failure
   * alike: `invocation.outcome`, `.error` and `.response` tell which. May replace `invocation.response`. Never refuses.
   */
  after?(invocation: Invocation, rules: Compiled): void | Promise<void>;
}

/**
 * The place of a policy whose code is loaded when rules or an event first need it: what a function does not use costs
 * its start nothing. Loading is local; whoever needs the policy waits for it, without a limit.
 */
export interface PolicySlot {
  readonly name: string;
  /** Whether these rules give it something to do: it is there before they come in force. */
  needed(rules: RuleDocument): boolean;
  /** Whether an invocation asks for it whatever the rules say. Runs with every invocation until it is loaded. */
  wanted?(invocation: Invocation): boolean;
  /** Loads what it takes to follow these rules; always gives the same policy. */
  load(rules: RuleDocument): Promise<Policy>;
  /**
   * What refuses an invocation under these rules, which need it, when it cannot be loaded; without this, and when it gives
   * nothing, the invocation goes on.
   */
  missing?(rules: RuleDocument): FlyballError | undefined;
}

export function isSlot(place: Policy | PolicySlot): place is PolicySlot {
  return 'load' in place;
}
