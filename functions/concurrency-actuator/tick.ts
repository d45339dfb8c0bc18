// Once a minute: every published rule that sets a limit of AWS's has it compared with what is set, and changed if need be.
// All rules are read first: two services that set the same limit would undo each other's work.
import { errorFields, type Logger } from '../../middleware/kernel/logger.ts';
import type { Clock } from '../../middleware/kernel/clock.ts';
import type { ConcurrencyRule, RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { appendAudit, type AuditEntry } from '../../store/items/audit.ts';
import { readPermits } from '../../store/items/permits.ts';
import { readDocument, readHead } from '../../store/items/rules-read.ts';
import { listServices } from '../../store/items/services.ts';
import type { Table } from '../../store/port.ts';
import { pagesOf, sideBySide } from '../api/passes.ts';
import { isOfControlPlane } from '../api/function-names.ts';
import { claimsApart, type Claim } from './claims.ts';
import { LimitBusy, LimitFailed, type LambdaLimits } from './lambda-limits.ts';
import { actuationsOf, isDue } from './plan.ts';

export interface TickParts {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Tells audit entries of one millisecond apart. */
  readonly newId: () => string;
  /** What stands before the names of the stage's functions. */
  readonly prefix: string;
  /** `<account>:<Region>:<stage>`. */
  readonly cell: string;
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
  /** Being changed just now: looked at again in a minute. */
  waiting: number;
  /** Services whose rules could not be read, and limits that could not be made to follow their rules. */
  failed: number;
  /** False when time ran out; the next minute begins anew. */
  complete: boolean;
}

const SIDE_BY_SIDE = 8;
/** No more rules are read with less time left: what they set is still to be followed. */
const READING_ENDS_MS = 25_000;
/** What is begun has this long to end. */
const LAST_WORD_MS = 15_000;

export async function tick(parts: TickParts): Promise<TickReport> {
  const report: TickReport = {
    ...{ services: 0, limits: 0, changed: 0, shadowed: 0, waiting: 0, failed: 0, complete: true },
  };
  const { sole, contested } = claimsApart(await readClaims(parts, report), parts.cell);
  for (const several of contested) {
    report.failed += several.length;
    parts.logger.error('several rules set one limit of Lambda’s, and it follows none', contestedFields(several));
  }
  await sideBySide(SIDE_BY_SIDE, sole, async (claim) => {
    if (parts.remainingMs() < LAST_WORD_MS) {
      report.complete = false;
      return;
    }
    try {
      await follow(parts, claim, report);
    } catch (error) {
      const isBusy = error instanceof LimitBusy;
      const reason = isBusy || error instanceof LimitFailed ? { reason: error.message } : errorFields(error);
      const fields = { ...fieldsOf(claim), ...reason };
      report[isBusy ? 'waiting' : 'failed']++;
      if (isBusy) parts.logger.info('a limit of Lambda’s waits to follow its rule', fields);
      else parts.logger.error('a limit of Lambda’s could not be made to follow its rule', fields);
    }
  });
  return report;
}

/** What the rules of all services set. */
async function readClaims(parts: TickParts, report: TickReport): Promise<Claim[]> {
  const { table, logger } = parts;
  const claims: Claim[] = [];
  const pages = pagesOf(async (cursor) => {
    const { services, ...rest } = await listServices(table, cursor === undefined ? {} : { cursor });
    return { found: services, ...rest };
  });
  for await (const page of pages) {
    await sideBySide(SIDE_BY_SIDE, page, async ({ service }) => {
      if (parts.remainingMs() < READING_ENDS_MS) {
        report.complete = false;
        return;
      }
      report.services++;
      try {
        claims.push(...(await claimsOf(parts, service)));
      } catch (error) {
        report.failed++;
        logger.error('the limits of a service could not be followed', { of: service, ...errorFields(error) });
      }
    });
    if (!report.complete) break;
  }
  report.limits = claims.length;
  return claims;
}

async function claimsOf(parts: TickParts, service: string): Promise<Claim[]> {
  const { table, prefix } = parts;
  const claims: Claim[] = [];
  for (const [name, rule] of Object.entries(await rulesOf(parts, service))) {
    if (!rule.actuate) continue;
    const record = rule.limit === 'adaptive' ? (await readPermits(table, service, name, 0))?.adaptive : undefined;
    claims.push(...actuationsOf(name, rule, record, prefix).map((actuation) => ({ service, actuation })));
  }
  return claims;
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

async function follow(parts: TickParts, claim: Claim, report: TickReport): Promise<void> {
  const { limits, logger, table, clock, newId } = parts;
  const { service, actuation } = claim;
  const fields = fieldsOf(claim);
  if (actuation.kind === 'reservedConcurrency' && isOfControlPlane(actuation.target, parts.prefix)) {
    throw new LimitFailed('it is a function of the control plane, which no rule limits: remove actuate from the rule');
  }
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

/** Without `service`: Powertools keeps that name for the function's own, and drops any other with a warning. */
function fieldsOf({ service, actuation: { rule, kind, target, wanted } }: Claim) {
  return { of: service, rule, kind, target, wanted };
}

function contestedFields(several: readonly Claim[]) {
  return {
    kind: several[0]?.actuation.kind,
    targets: [...new Set(several.map(({ actuation }) => actuation.target))].sort(),
    rules: several.map(({ service, actuation }) => `${service}/${actuation.rule}`).sort(),
    reason: 'they would undo each other every minute: leave actuate in one of these rules, publish the others without',
  };
}
