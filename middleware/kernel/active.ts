// Which of a middleware's policies act on an invocation, each with what it compiled: arranged once per revision.
import type { FlyballError } from './errors.ts';
import type { Instance } from './instance.ts';
import type { Invocation } from './invocation.ts';
import { isSlot, type Policy, type PolicySlot } from './policy.ts';
import type { Snapshot } from './rules/snapshot.ts';

/** A policy under one revision of the rules. */
export interface Active {
  readonly policy: Policy;
  readonly rules: unknown;
}

export class ActivePolicies {
  readonly #instance: Instance;
  /** Outermost first. */
  readonly #places: readonly (Policy | PolicySlot)[];
  #arrangedFor: Snapshot | undefined;
  #active: readonly Active[] = [];
  /** Those that an event may want and no rules have asked for yet. */
  #dormant: readonly PolicySlot[] = [];

  constructor(instance: Instance, places: readonly (Policy | PolicySlot)[]) {
    this.#instance = instance;
    this.#places = places;
    for (const place of places) instance.rules.register(place);
  }

  /** Those for an invocation under its snapshot; a promise, once, when it wants one that has to be loaded. */
  of(invocation: Invocation): readonly Active[] | Promise<readonly Active[]> {
    if (invocation.snapshot !== this.#arrangedFor) this.#arrange(invocation.snapshot);
    for (const slot of this.#dormant) if (slot.wanted?.(invocation)) return this.#wake(slot, invocation);
    return this.#active;
  }

  async #wake(slot: PolicySlot, invocation: Invocation): Promise<readonly Active[]> {
    await this.#instance.rules.load(slot);
    this.#arrangedFor = undefined;
    return this.of(invocation);
  }

  #arrange(snapshot: Snapshot): void {
    const { rules } = this.#instance;
    const active: Active[] = [];
    const dormant: PolicySlot[] = [];
    for (const place of this.#places) {
      const policy = isSlot(place) ? this.#policyIn(place, snapshot) : place;
      if (policy) active.push({ policy, rules: snapshot.of(policy) });
      else if (isSlot(place) && place.wanted && !rules.isUnloadable(place)) dormant.push(place);
    }
    this.#active = active;
    this.#dormant = dormant;
    this.#arrangedFor = snapshot;
  }

  /** The policy that a slot has for this snapshot, if any. */
  #policyIn(slot: PolicySlot, { document }: Snapshot): Policy | undefined {
    const needed = slot.needed(document);
    const policy = this.#instance.rules.policyOf(slot);
    if (policy) return needed || slot.wanted ? policy : undefined;
    const missing = () => slot.missing?.(document);
    return needed && missing() ? refusing(slot, missing) : undefined;
  }
}

/** Stands in for what must not be left out and could not be loaded. */
function refusing({ name }: PolicySlot, missing: () => FlyballError | undefined): Policy {
  return {
    name,
    compile: () => undefined,
    before() {
      const error = missing();
      if (error) throw error;
    },
  };
}
