// Hedging, as far as it is loaded with all that calls dependencies; what it takes is loaded with the first rule that hedges.
import type { OutboundPolicy } from '../kernel/outbound.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';

let loaded: OutboundPolicy | undefined;

export async function loadHedging(): Promise<void> {
  loaded ??= (await import('./stage.ts')).hedging;
}

/** Before rules come in force: loads what they need. */
export async function loadHedgingFor({ dependencies = {} }: RuleDocument): Promise<void> {
  if (!loaded && Object.values(dependencies).some(({ hedge }) => hedge !== undefined)) await loadHedging();
}

export const hedgeOutbound: OutboundPolicy = {
  name: 'hedge',
  stage: (dependency, rule, instance) => loaded?.stage(dependency, rule, instance),
};
