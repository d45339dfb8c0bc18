// The one definition of a rule document: its types, its JSON Schema and its validation. Only the control plane runs it.
import { z } from 'zod';
import { access, type apiKeys, type callers, type jwt, type signed } from './schema/access.ts';
import { alert } from './schema/alerts.ts';
import { builtInAlerts } from './schema/built-in-alerts.ts';
import { concurrency } from './schema/concurrency.ts';
import type { breaker } from './schema/breakers.ts';
import { dependency, type retry } from './schema/dependencies.ts';
import { fault } from './schema/faults.ts';
import { job } from './schema/jobs.ts';
import { resource, type backoff, type fallbackStep } from './schema/resources.ts';
import { shedding } from './schema/shedding.ts';
import { logs, slo, telemetry } from './schema/telemetry.ts';
import { tags } from './schema/tags.ts';
import { throttle } from './schema/throttles.ts';
import { MOST_RESOURCES, name, rulesOf, type mode } from './schema/values.ts';

export { PRIORITIES } from './priorities.ts';
export { OUTCOME_PATTERN, TRIGGERS } from './schema/values.ts';

/** A rule document, as an operator writes it. Every object is strict: an unknown key is an error, never ignored. */
export const ruleDocument = z.strictObject({
  apiVersion: z.literal('flyball/v1'),
  service: name,
  owner: z.string().min(1).max(128).optional(),
  tags: tags
    .optional()
    .meta({ since: '0.3.0', description: 'what services are found by: team, tier, a cost centre; at most 20' }),
  resources: rulesOf(resource, MOST_RESOURCES, 'resources').optional(),
  throttles: rulesOf(throttle, 100, 'throttles').optional(),
  concurrency: rulesOf(concurrency, 50, 'concurrency rules').optional().meta({ since: '0.3.0' }),
  shedding: shedding.optional().meta({ since: '0.3.0' }),
  dependencies: rulesOf(dependency, 200, 'dependencies').optional(),
  jobs: rulesOf(job, 200, 'jobs').optional(),
  access: access.optional().meta({ since: '0.2.0' }),
  faults: rulesOf(fault, 20, 'faults').optional().meta({ since: '0.3.0' }),
  telemetry: telemetry.optional(),
  logs: logs.optional().meta({ since: '0.3.0' }),
  slos: rulesOf(slo, 10, 'slos').optional().meta({ since: '0.3.0' }),
  alerts: rulesOf(alert, 20, 'alerts').optional().meta({ since: '0.3.0', description: 'when somebody is to be told' }),
  builtInAlerts: builtInAlerts
    .optional()
    .meta({ since: '0.3.0', description: 'how urgent the alerts are that there are by themselves' }),
});

export type RuleDocument = z.infer<typeof ruleDocument>;
export type ResourceRule = z.infer<typeof resource>;
export type Priority = NonNullable<ResourceRule['priority']>;
export type ThrottleRule = z.infer<typeof throttle>;
export type ConcurrencyRule = z.infer<typeof concurrency>;
export type SheddingRule = z.infer<typeof shedding>;
export type DependencyRule = z.infer<typeof dependency>;
export type BreakerRule = z.infer<typeof breaker>;
export type RetryRule = z.infer<typeof retry>;
export type BackoffRule = z.infer<typeof backoff>;
export type FallbackStep = z.infer<typeof fallbackStep>;
export type FaultRule = z.infer<typeof fault>;
export type TelemetryRule = z.infer<typeof telemetry>;
export type LogsRule = z.infer<typeof logs>;
export type AlertRule = z.infer<typeof alert>;
export type SloRule = z.infer<typeof slo>;
export type RedeliveryRule = NonNullable<ResourceRule['redelivery']>;
export type JobRule = z.infer<typeof job>;
export type AccessRule = z.infer<typeof access>;
export type AccessEntry = z.infer<typeof callers>;
export type JwtRule = z.infer<typeof jwt>;
export type ApiKeysRule = z.infer<typeof apiKeys>;
export type SignedRule = z.infer<typeof signed>;
export type Mode = z.infer<typeof mode>;
