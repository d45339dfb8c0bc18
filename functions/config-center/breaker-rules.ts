// The breakers of the published rules: of dependencies and of resources.
import type { BreakerRule, RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { resourceBreaker } from '../../middleware/breaker/breakers.ts';
import { readDocument, readHead } from '../../store/items/rules.ts';
import type { Table } from '../../store/port.ts';
import { notFound } from '../api/index.ts';

export interface PublishedBreaker {
  /** A dependency's, or `resource:` and a resource's. */
  readonly name: string;
  readonly kind: 'dependency' | 'resource';
  readonly rule: BreakerRule;
}

/** In order of their names. @throws {Problem} 404 when nothing is published. */
export async function breakersOf(table: Table, service: string): Promise<PublishedBreaker[]> {
  const head = await readHead(table, service, { consistent: true });
  if (!head) throw notFound(`Service "${service}" has no published rules.`);
  // Only what was validated is ever published.
  return breakersIn((await readDocument(table, service, head.revision, 0)) as RuleDocument);
}

/** In order of their names. */
export function breakersIn({ dependencies = {}, resources = {} }: Partial<RuleDocument>): PublishedBreaker[] {
  const breakers: PublishedBreaker[] = [];
  for (const [name, { breaker: rule }] of Object.entries(dependencies)) {
    if (rule) breakers.push({ name, kind: 'dependency', rule });
  }
  for (const [resource, { breaker: rule }] of Object.entries(resources)) {
    if (rule) breakers.push({ name: resourceBreaker(resource), kind: 'resource', rule });
  }
  return breakers.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @throws {Problem} 404 naming those there are. */
export async function breakerNamed(table: Table, service: string, name: string): Promise<PublishedBreaker> {
  const breakers = await breakersOf(table, service);
  const found = breakers.find((breaker) => breaker.name === name);
  if (found) return found;
  const known = breakers.length > 0 ? `; it has ${breakers.map((breaker) => breaker.name).join(', ')}` : '';
  throw notFound(`The published rules of "${service}" have no breaker "${name}"${known}.`);
}
