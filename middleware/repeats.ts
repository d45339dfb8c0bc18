// The places of retries and hedges among the outbound policies: empty until rules need what makes further attempts.
import type { OutboundPolicy } from './kernel/outbound.ts';
import type { RuleDocument } from './kernel/rules/document.ts';
import type * as Repeating from './repeating.ts';

let repeating: typeof Repeating | undefined;

export async function loadRepeating(): Promise<void> {
  repeating ??= await import('./repeating.ts');
}

/** Before rules come in force. */
export async function loadRepeatingFor({ dependencies = {} }: RuleDocument): Promise<void> {
  if (Object.values(dependencies).some(({ retry, hedge }) => retry ?? hedge)) await loadRepeating();
}

export const retryPlace: OutboundPolicy = {
  name: 'retry',
  stage: (dependency, rule, instance) => repeating?.retryOutbound.stage(dependency, rule, instance),
};

export const hedgePlace: OutboundPolicy = {
  name: 'hedge',
  stage: (dependency, rule, instance) => repeating?.hedgeOutbound.stage(dependency, rule, instance),
};
