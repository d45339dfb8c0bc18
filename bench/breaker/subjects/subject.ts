// What is measured: a breaker on every instance of a fleet, as its environment calls it.
import type { Random } from '../../../middleware/kernel/clock.ts';
import type { BreakerRule } from '../../../middleware/kernel/rules/document.ts';
import type { Item } from '../../../store/port.ts';
import type { Sandbox } from '../../simulation/sandbox.ts';
import type { SimulatedStore } from '../../simulation/store.ts';
import type { World } from '../../simulation/world.ts';

/** Makes the call; true when it failed. Never rejects. */
export type Send = () => Promise<boolean>;

/** A breaker on one environment. */
export interface Caller {
  /** One invocation with one call: `refused` when the call was not made. */
  invoke(send: Send): Promise<'sent' | 'refused'>;
  /** What the invocation's end waits for. */
  settle(): Promise<void> | undefined;
}

export interface Place {
  readonly id: string;
  readonly sandbox: Sandbox;
  readonly store: SimulatedStore;
  readonly random: Random;
  /** Something went wrong that nothing simulated can have caused. */
  readonly failed: (error: unknown) => void;
}

export type StateKind = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

/** The fleet's state, where a subject has one. */
export interface FleetState {
  readonly kind: StateKind;
  /** Of an open one. */
  readonly openForMs?: number;
  /** Which opening or closing this is: writes that leave it as it is are no news. */
  readonly epoch: number;
}

export interface Fleet {
  caller(place: Place): Caller;
  /** What an item says of the fleet's state; undefined when it says nothing of it. */
  stateOf(item: Item): FleetState | undefined;
}

export interface FleetOptions {
  readonly world: World;
  readonly rule: BreakerRule;
  /** For a subject whose state is in no item. */
  readonly told: (state: FleetState) => void;
}

export interface Subject {
  /** With the version of a peer's that is modelled. */
  readonly name: string;
  fleet(options: FleetOptions): Fleet;
}
