// Knows which outbound policies are loaded when: those whose rules few dependencies have, with the first rule of theirs.
import type { OutboundPolicy } from './kernel/outbound.ts';
import type { DependencyRule, RuleDocument } from './kernel/rules/document.ts';

/** An outbound policy that is loaded when a dependency's rule names it. */
interface OutboundSlot {
  /** Stands in its place; throws when it is asked for a stage too early. */
  readonly policy: OutboundPolicy;
  readonly needed: (rule: DependencyRule) => boolean;
  load(): Promise<void>;
}

function slotOf(
  name: string,
  needed: (rule: DependencyRule) => boolean,
  importing: () => Promise<OutboundPolicy>,
): OutboundSlot {
  let loaded: OutboundPolicy | undefined;
  return {
    needed,
    policy: {
      name,
      stage(dependency, rule, instance) {
        if (!needed(rule)) return undefined;
        if (!loaded) throw new Error(`what "${name}" of the dependency "${dependency}" takes has not been loaded`);
        return loaded.stage(dependency, rule, instance);
      },
    },
    async load() {
      loaded ??= await importing();
    },
  };
}

export const fallbackSlot = slotOf(
  'fallback',
  ({ fallback }) => fallback !== undefined,
  async () => (await import('./fallback/index.ts')).fallbackOutbound,
);
export const retrySlot = slotOf(
  'retry',
  ({ retry }) => retry !== undefined,
  async () => (await import('./retry/index.ts')).retryOutbound,
);
export const breakerSlot = slotOf(
  'breaker',
  ({ breaker }) => breaker !== undefined,
  async () => (await import('./breaker/index.ts')).breakerOutbound,
);

const SLOTS = [fallbackSlot, retrySlot, breakerSlot];

/** Loads what calls under these rules take, before the rules come in force. */
export async function loadStagesFor({ dependencies = {} }: RuleDocument): Promise<void> {
  const rules = Object.values(dependencies);
  await Promise.all(SLOTS.filter(({ needed }) => rules.some(needed)).map((slot) => slot.load()));
}

/** Loads all that calls may ever take. */
export async function loadAllStages(): Promise<void> {
  await Promise.all(SLOTS.map((slot) => slot.load()));
}
