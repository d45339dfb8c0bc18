// The queues of a service: those that have invoked it, and those that its rules name. Pure.
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';

const QUEUE = 'queue:';

/** By name, in alphabetical order. A pattern names none: what it fits is known by having invoked. */
export function queuesOf(document: RuleDocument | undefined, sources: ReadonlySet<string>): string[] {
  const named = Object.values(document?.resources ?? {}).flatMap(({ match: { trigger, source } }) =>
    trigger === 'queue' && source !== undefined && !source.includes('*') ? [source] : [],
  );
  const invoking = [...sources].flatMap((source) => (source.startsWith(QUEUE) ? [source.slice(QUEUE.length)] : []));
  return [...new Set([...named, ...invoking])].sort();
}
