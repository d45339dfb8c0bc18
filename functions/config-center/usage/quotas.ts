// Which rules of a service are quotas whose use can be told, and what their limits are.
import { parseWindowRate } from '../../../middleware/kernel/rates.ts';
import type { RuleDocument, ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { provideEverything } from '../../../middleware/throttle/everything.ts';
import { Memory } from '../../../middleware/throttle/memory.ts';
import { isListed } from '../../../middleware/throttle/quota.ts';
import { compileThrottle } from '../../../middleware/throttle/rule.ts';
import { readDocument, readHead } from '../../../store/items/rules.ts';
import type { Table } from '../../../store/port.ts';
import { notFound } from '../../api/index.ts';

// Rules are compiled without waiting.
provideEverything();

/** A quota of the revision in force. */
export interface PublishedQuota {
  readonly rule: ThrottleRule;
  readonly limit: number;
  /** Of its windows. */
  readonly generation: string;
  /** Some keys have another limit. */
  readonly overridden: boolean;
}

export type PublishedQuotas = ReadonlyMap<string, PublishedQuota>;

export interface Published {
  readonly quotas: PublishedQuotas;
  /** Why the use of a rule that is in force is not told; undefined when there is no such rule. */
  readonly whyNot: (rule: string) => string | undefined;
}

/** The quotas of the revision in force. @throws {Problem} 404 when nothing is published. */
export async function publishedQuotas(table: Table, service: string): Promise<Published> {
  const head = await readHead(table, service, { consistent: true });
  if (!head) throw notFound(`Service "${service}" has no published rules.`);
  // Only what was validated is ever published.
  const { throttles = {} } = (await readDocument(table, service, head.revision, 0)) as RuleDocument;
  const quotas = Object.entries(throttles)
    .filter(([, rule]) => whyNot(rule) === undefined)
    .map(([name, rule]): [string, PublishedQuota] => [name, quotaOf(name, rule)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    quotas: new Map(quotas),
    whyNot(name) {
      const rule = Object.hasOwn(throttles, name) ? throttles[name] : undefined;
      return rule && whyNot(rule);
    },
  };
}

function quotaOf(name: string, rule: ThrottleRule): PublishedQuota {
  const { generation } = compileThrottle(name, rule, new Memory());
  return { rule, limit: parseWindowRate(rule.limit).tokens, generation, overridden: rule.overrides !== undefined };
}

function whyNot(rule: ThrottleRule): string | undefined {
  if (rule.algorithm !== 'fixed-window') return 'is no quota: those have algorithm: fixed-window';
  if (rule.scope === 'instance') return 'has scope: instance, where nobody knows what all have used';
  if (!isListed(parseWindowRate(rule.limit).perMs))
    return 'has windows of less than an hour, whose keys are not listed';
  return undefined;
}
