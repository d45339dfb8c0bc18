// The place of fallbacks among the outbound policies: empty until rules have a chain, of a dependency or of a resource.
import type * as Fallback from './fallback/index.ts';
import type { AskOther } from './fallback/other.ts';
import type { OutboundPolicy } from './kernel/outbound.ts';
import type { RuleDocument } from './kernel/rules/document.ts';

let fallback: typeof Fallback | undefined;

/** `ask` is how a chain asks another dependency. */
export async function loadFallback(ask: AskOther): Promise<typeof Fallback> {
  if (!fallback) {
    fallback = await import('./fallback/index.ts');
    fallback.provideAskOther(ask);
  }
  return fallback;
}

/** Before rules come in force. */
export async function loadFallbackFor({ dependencies = {} }: RuleDocument, ask: AskOther): Promise<void> {
  if (Object.values(dependencies).some((rule) => rule.fallback !== undefined)) await loadFallback(ask);
}

export const fallbackPlace: OutboundPolicy = {
  name: 'fallback',
  stage: (dependency, rule, instance) => fallback?.fallbackOutbound.stage(dependency, rule, instance),
};
