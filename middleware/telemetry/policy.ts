// Has an instance reported on, and every invocation judged by its own rules.
import type { Instance } from '../kernel/instance.ts';
import type { Policy } from '../kernel/policy.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import type { Trigger } from '../kernel/trigger.ts';
import { parseDuration, parseShare } from '../kernel/units.ts';
import { Reports, type Limits } from './reports.ts';

const OWNER = {};
const DEFAULT_SAMPLE_SHARE = 0.01;

export interface TelemetryRules extends Limits {
  readonly reports: Reports;
}

function reportsOf(instance: Instance): Reports {
  return instance.state(OWNER, () => new Reports(instance));
}

export const telemetryPolicy: Policy<TelemetryRules> = {
  name: 'telemetry',
  compile(rules: RuleDocument, instance) {
    const reports = reportsOf(instance);
    reports.prepare(rules);
    const { slow, sample } = rules.telemetry ?? {};
    return {
      reports,
      slowOverMs: slow === undefined ? Infinity : parseDuration(slow),
      sampleShare: sample === undefined ? DEFAULT_SAMPLE_SHARE : parseShare(sample),
    };
  },
  before(invocation, rules) {
    rules.reports.judgeBy(rules);
    // Later another middleware may have made something else of it.
    invocation.bytesIn = bytesOf(invocation.trigger, invocation.event);
  },
};

/** How long the texts are that came in; 0 when there is none. */
function bytesOf({ kind }: Trigger, event: unknown): number {
  if (typeof event !== 'object' || event === null) return typeof event === 'string' ? event.length : 0;
  const { body, isBase64Encoded, Records: records } = event as Record<string, unknown>;
  if (typeof body === 'string') return isBase64Encoded === true ? (body.length * 3) / 4 : body.length;
  if (kind !== 'queue' || !Array.isArray(records)) return 0;
  let bytes = 0;
  for (const record of records as readonly { readonly body?: unknown }[]) {
    if (typeof record?.body === 'string') bytes += record.body.length;
  }
  return bytes;
}
