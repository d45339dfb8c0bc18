// Once a minute: every published rule that sets a limit of AWS's has it compared with what is set, and changed if need be.
import { errorFields, type Logger } from '../../middleware/kernel/logger.ts';
import type { Clock } from '../../middleware/kernel/clock.ts';
import type { ConcurrencyRule, RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { appendAudit, type AuditEntry } from '../../store/items/audit.ts';
import { readPermits } from '../../store/items/permits.ts';
import { readDocument, readHead } from '../../store/items/rules-read.ts';
import { listServices } from '../../store/items/services.ts';
import type { Table } from '../../store/port.ts';
import { pagesOf, sideBySide } from '../api/passes.ts';
import { LimitFailed, type LambdaLimits } from './lambda-limits.ts';
import { actuationsOf, isDue, type Actuation } from './plan.ts';

export interface TickParts {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Tells audit entries of one millisecond apart. */
  readonly newId: () => string;
  /** What stands before the names of the stage's functions. */
  readonly prefix: string;
  /** Undefined where Lambda's API is not AWS's own. */
  readonly limits: LambdaLimits | undefined;
  /** The rules of each service as of the revision that was read last: they are read again when that changes. */
  readonly memory: Map<
    string,
    { readonly revision: number; readonly rules: Readonly<Record<string, ConcurrencyRule>> }
  >;
  readonly remainingMs: () => number;
}

export interface TickReport {
  services: number;
  /** Limits of AWS's that rules set. */
  limits: number;
  changed: number;
  /** Would have been changed: by rules in shadow, and where there is no API to change them. */
  shadowed: number;
  failed: number;
  /** False when time ran out; the next minute begins anew. */
  complete: boolean;
}

const SIDE_BY_SIDE = 8;
/** What is begun has this long to end. */
const LAST_WORD_MS = 15_000;

export async function tick(parts: TickParts): Promise<TickReport> {
  const { table, logger } = parts;
  const report: TickReport = { services: 0, limits: 0, changed: 0, shadowed: 0, failed: 0, complete: true };
  const pages = pagesOf(async (cursor) => {
    const { services, ...rest } = await listServices(table, cursor === undefined ? {} : { cursor });
    return { found: services, ...rest };
  });
  for await (const page of pages) {
    await sideBySide(SIDE_BY_SIDE, page, async ({ service }) => {
      if (parts.remainingMs() < LAST_WORD_MS) {
        report.complete = false;
        return;
      }
      report.services++;
      try {
        await followService(parts, service, report);
      } catch (error) {
        report.failed++;
        logger.warn('the limits of a service could not be followed', { service, ...errorFields(error) });
      }
    });
    if (!report.complete) return report;
  }
  return report;
}

async function followService(parts: TickParts, service: string, report: TickReport): Promise<void> {
  const { table, prefix } = parts;
  for (const [name, rule] of Object.entries(await rulesOf(parts, service))) {
    if (!rule.actuate) continue;
    const record = rule.limit === 'adaptive' ? (await readPermits(table, service, name, 0))?.adaptive : undefined;
    for (const actuation of actuationsOf(name, rule, record, prefix)) {
      report.limits++;
      try {
        await follow(parts, service, actuation, report);
      } catch (error) {
        report.failed++;
        const reason = error instanceof LimitFailed ? { reason: error.message } : errorFields(error);
        parts.logger.warn('a limit of Lambda’s could not be made to follow its rule', {
          ...fieldsOf(service, actuation),
          ...reason,
        });
      }
    }
  }
}

async function rulesOf(
  { table, memory }: TickParts,
  service: string,
): Promise<Readonly<Record<string, ConcurrencyRule>>> {
  const head = await readHead(table, service);
  if (!head) return {};
  const known = memory.get(service);
  if (known?.revision === head.revision) return known.rules;
  // Only what was validated is ever published.
  const { concurrency = {} } = (await readDocument(table, service, head.revision, 0)) as RuleDocument;
  memory.set(service, { revision: head.revision, rules: concurrency });
  return concurrency;
}

async function follow(parts: TickParts, service: string, actuation: Actuation, report: TickReport): Promise<void> {
  const { limits, logger, table, clock, newId } = parts;
  const fields = fieldsOf(service, actuation);
  if (!limits) {
    report.shadowed++;
    logger.info('here Lambda’s API is not AWS’s own, and no limit is changed', fields);
    return;
  }
  const set = await limits.read(actuation);
  if (!isDue(actuation, set)) return;
  if (actuation.shadow) {
    report.shadowed++;
    logger.info('in shadow: a limit of Lambda’s would be changed', { ...fields, set: set ?? null });
    return;
  }
  await limits.set(actuation);
  report.changed++;
  logger.info('a limit of Lambda’s was changed', { ...fields, set: set ?? null });
  const { rule, kind, target, wanted } = actuation;
  const entry: AuditEntry = {
    ...{ at: clock.now(), id: newId(), actor: 'concurrency-actuator', action: 'concurrency.actuate', service },
    target: rule,
    detail: { kind, of: target, from: set ?? null, to: wanted },
  };
  try {
    await appendAudit(table, entry);
  } catch (error) {
    // The change stands: its entry is in the log in full.
    logger.error('an audit entry could not be written', { entry, ...errorFields(error) });
  }
}

function fieldsOf(service: string, { rule, kind, target, wanted }: Actuation) {
  return { service, rule, kind, target, wanted };
}
