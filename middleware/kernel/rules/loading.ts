// Loads the policies that rules need: the code of those that nothing needed before is not there yet.
import type { Policy, PolicySlot } from '../policy.ts';
import type { RuleDocument } from './document.ts';

/** With the policy once it has been loaded. */
export type Slots = Map<PolicySlot, Policy | undefined>;

function neededBy(document: RuleDocument, slots: Slots): PolicySlot[] {
  return [...slots.keys()].filter((slot) => slot.needed(document));
}

/** Whether something that these rules need has not been loaded. */
export function lacks(document: RuleDocument, slots: Slots): boolean {
  return neededBy(document, slots).some((slot) => !slots.get(slot));
}

/** Loads what a revision needs before it comes in force. @throws what loading throws. */
export async function loadFor(document: RuleDocument, slots: Slots, policies: Set<Policy>): Promise<void> {
  const ready = new Set<PolicySlot>();
  const missing = () => neededBy(document, slots).filter((slot) => !ready.has(slot));
  // Another handler of the service may have registered meanwhile, and loaded what the rules before this needed.
  for (let some = missing(); some.length > 0; some = missing()) {
    await Promise.all(
      some.map(async (slot) => {
        const policy = await slot.load(document);
        slots.set(slot, policy);
        policies.add(policy);
        ready.add(slot);
      }),
    );
  }
}
