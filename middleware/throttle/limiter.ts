// What every algorithm of a throttle can do: take tokens on an instance or for the fleet, and give them back exactly.
import type { BucketName } from '../../store/items/throttle.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { RawKey } from '../kernel/key.ts';
import type { RuleMemory } from './memory.ts';

export interface Grant {
  /** Admitted: from 0 to what was wanted. */
  readonly tokens: number;
  /** Where the algorithm's state stands after it, for an exact undo. */
  readonly mark: number;
  /** What one of them cost, µs, where that changes. */
  readonly tokenUs?: number;
  /** When the next token is there, or as many as a request costs, µs of this instance's clock; may be past while some remain. */
  readonly freeAtUs: number;
  /** What could be taken after it at this moment, where that is known without asking. */
  readonly remaining?: number;
  /** When there will be more than `remaining`, µs; past when nothing is missing. */
  readonly moreAtUs?: number;
  /** Taken without asking the fleet: it cannot be given back. */
  readonly unasked?: true;
  /** Set when what was taken may only be used later. */
  readonly slot?: Slot;
  /** What a quota has left after it in this window; undefined where tokens come back by themselves. */
  readonly left?: number;
}

/** A place in a leaky bucket's queue: whoever has it is held until its time comes. */
export interface Slot {
  /** When that is, µs of this instance's clock; those before may put it off. */
  fromUs(): number;
  /** Uses it at `nowUs`, not before its time; false when that is too late, and another must be taken. */
  use(nowUs: number): boolean;
}

/** How much of what is wanted is of use, and when. */
export interface Conditions {
  /** Fewer tokens are none: a request that costs several is admitted whole or not. */
  readonly atLeast: number;
  /** How long the taker may be held until what it takes may be used, µs. */
  readonly aheadUs: number;
}

/** A rule as its limiter meets it: where its state is, here and in the table. */
export interface LimitedRule {
  readonly name: string;
  readonly generation: string;
  readonly memory: RuleMemory;
  readonly storedKeyOf: (raw: RawKey) => string;
}

/** Takes from what an instance holds of the fleet's state, and fetches more beside the handler before that is gone. */
export interface Leasing {
  /** Takes one token of those held: the usual case. False tells nothing of others. */
  takeOne(invocation: Invocation, rule: LimitedRule, key: RawKey, nowUs: number): boolean;
  /** Takes from what is held; undefined when the fleet must be asked first. */
  take(invocation: Invocation, rule: LimitedRule, key: RawKey, nowUs: number, wanted: number): Grant | undefined;
  /**
   * Asks the fleet, and takes from what it gives.
   * @throws {StoreUnavailable} and whatever else the store says, also when the invocation has no time left to wait.
   */
  ask(invocation: Invocation, rule: LimitedRule, key: RawKey, wanted: number): Promise<Grant>;
  /** Puts `tokens` of a grant back where they were taken from, unless others have taken since. */
  undo(rule: LimitedRule, key: RawKey, grant: Grant, tokens: number): void;
  /** Takes from this instance's part of what the fleet had, as last seen: the table is away. */
  takeAlone(rule: LimitedRule, key: RawKey, nowUs: number, wanted: number): Grant;
}

/** Which state of the fleet is meant: one key of one rule, with one limit. */
export type FleetState = Omit<BucketName, 'service'>;

export interface Limiter {
  readonly algorithm: 'token-bucket' | 'leaky-bucket' | 'fixed-window' | 'sliding-window';
  /** Changes with whatever the state depends on, so that no state ever mixes two limits. */
  readonly shape: string;
  /** The limit for the IETF's RateLimit-Policy field: whole tokens in whole seconds. */
  readonly policy: { readonly quota: number; readonly seconds: number };
  /** How far apart tokens come, µs: records that are sent back are spread by it. */
  readonly spacingUs: number;
  /** What there is while nobody takes any. */
  readonly full: number;
  /** The most that one request may cost: more is never there at once. */
  readonly holds: number;
  /** Set when an instance takes more from the fleet than one request needs, or nothing that it waits for. */
  readonly leasing?: Leasing | undefined;
  /** Takes from what this instance counts by itself. */
  takeHere(memory: RuleMemory, key: RawKey, nowUs: number, wanted: number, conditions?: Conditions): Grant;
  /** Gives `tokens` of a grant back, unless the state has gone on in a way that forfeits them. */
  undoHere(memory: RuleMemory, key: RawKey, grant: Grant, tokens: number): void;
  /**
   * Takes from what the whole fleet shares.
   * @throws {StoreUnavailable} and whatever else the store says, also when the invocation has no time left to wait.
   */
  takeFromFleet(invocation: Invocation, state: FleetState, wanted: number, conditions?: Conditions): Promise<Grant>;
  undoInFleet(
    invocation: Invocation,
    state: FleetState,
    grant: Grant,
    tokens: number,
    signal: AbortSignal,
  ): Promise<void>;
}
