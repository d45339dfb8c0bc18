// Ends drills that do harm: when a service spends its error budget fast while faults are injected into it, they are stopped.
import type { Clock } from '../../../middleware/kernel/clock.ts';
import { errorFields, type Logger } from '../../../middleware/kernel/logger.ts';
import { appendAudit } from '../../../store/items/audit.ts';
import { readFaultStop, stopFaultsOf } from '../../../store/items/fault-stops.ts';
import type { Table } from '../../../store/port.ts';
import type { Exporter } from '../merge/tick.ts';
import type { Settled } from '../series/settled.ts';
import { MINUTE_MS } from '../series/span.ts';
import { SERVICE } from '../sums/subject.ts';
import { standingsUpTo } from './routes.ts';

/** As instances count what they inject. */
const INJECTED = 'fault:';
/** What was merged late says nothing about now. */
const RECENT_MS = 15 * 60_000;
export const GUARD = 'flyball-slo';

export interface FaultGuardParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Tells audit entries of one millisecond apart. */
  readonly newId: () => string;
}

/** Looks at a service's objectives after each minute in which faults met somebody, and at no other. */
export function faultGuard(parts: FaultGuardParts): Exporter {
  return (table, service, from, data) => {
    const injected = Object.keys(data.subjects[SERVICE]?.internal ?? {}).filter((name) => name.startsWith(INJECTED));
    const recent = parts.clock.now() - from <= RECENT_MS;
    if (injected.length === 0 || !recent) return Promise.resolve(undefined);
    const faults = injected.map((name) => name.slice(INJECTED.length));
    // All minutes before this one have been merged, or are open: what is missing says nothing good or bad.
    const settled = { upTo: from + MINUTE_MS, open: [] };
    return Promise.resolve(() => stopIfBurning(parts, table, service, faults, settled));
  };
}

async function stopIfBurning(
  { clock, logger, newId }: FaultGuardParts,
  table: Table,
  service: string,
  faults: readonly string[],
  settled: Settled,
): Promise<void> {
  const at = clock.now();
  const burning = fastBurn(await standingsUpTo(table, service, settled, at));
  if (!burning) return;
  // Whoever stopped them before may not know of this, and is not to find another name and reason in place of theirs.
  if ((await readFaultStop(table, service))?.stopped) return;
  const reason = `objective "${burning.slo}" burns its budget more than ${burning.factor} times too fast, over ${burning.long} and ${burning.short}, during a drill`;
  logger.warn('flyball stops the faults of a service', { of: service, faults, reason });
  // False when somebody has decided otherwise since: theirs is the later word.
  if (!(await stopFaultsOf(table, service, { stopped: true, by: GUARD, reason, at }))) return;
  const entry = { at, id: newId(), actor: GUARD, action: 'faults.stop', service, note: reason };
  try {
    await appendAudit(table, { ...entry, detail: { faults: [...faults] } });
  } catch (error) {
    logger.error('an audit entry could not be written', { entry, ...errorFields(error) });
  }
}

/** The first objective of which somebody would be woken. */
function fastBurn({ slos }: Awaited<ReturnType<typeof standingsUpTo>>) {
  for (const { name, alerts } of slos) {
    const alert = alerts.find(({ severity, firing }) => severity === 'page' && firing);
    if (alert) return { slo: name, factor: alert.factor, long: alert.long, short: alert.short };
  }
  return undefined;
}
