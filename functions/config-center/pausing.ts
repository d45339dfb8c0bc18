// Spreads a pause over the services of a cell: some at a time, counted, safe to repeat.
import { listServices } from '../../store/items/rules.ts';
import { pauseService, readCellPause, type LaidPause } from '../../store/items/pauses.ts';
import type { Table } from '../../store/port.ts';
import type { Clock } from '../../middleware/kernel/clock.ts';

/** flyball's own services: a pause must not stop what lifts it, nor what watches and tells. */
const OWN_SERVICES: ReadonlySet<string> = new Set(['authorizer', 'batch-monitor', 'config-center', 'telemetry']);

/** How many are written at once. */
const AT_ONCE = 16;
const PAGE = 200;
/** Half of the function's time: whoever asked is told how far it came, and goes on from there. */
const SPREADING_MS = 5_000;

export interface Failed {
  readonly service: string;
  readonly reason: string;
}

export interface Spread {
  /** How many services have it now. */
  readonly reached: number;
  readonly failed: readonly Failed[];
  /** The store's own, when there was no time for all. */
  readonly cursor?: string | undefined;
}

export function isOwnService(service: string): boolean {
  return OWN_SERVICES.has(service);
}

/** Lays a pause on services by name. */
export async function spreadOver(table: Table, services: readonly string[], pause: LaidPause): Promise<Spread> {
  const failed: Failed[] = [];
  for (let i = 0; i < services.length; i += AT_ONCE) {
    await Promise.all(
      services.slice(i, i + AT_ONCE).map(async (service) => {
        const reason = await failureToPause(table, service, pause);
        if (reason !== undefined) failed.push({ service, reason });
      }),
    );
  }
  return { reached: services.length - failed.length, failed };
}

/** Lays a pause on every service of the list, from a cursor on, for as long as there is time. */
export async function spreadOverCell(
  table: Table,
  clock: Clock,
  pause: LaidPause,
  from: string | undefined,
): Promise<Spread> {
  const endsAt = clock.precise() + SPREADING_MS;
  let reached = 0;
  const failed: Failed[] = [];
  let cursor = from;
  do {
    // Consistent: a service that is not on the list yet reads the cell's pause when it publishes.
    const page = await listServices(table, {
      limit: PAGE,
      consistent: true,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const services = page.services.map(({ service }) => service).filter((service) => !isOwnService(service));
    const spread = await spreadOver(table, services, pause);
    reached += spread.reached;
    failed.push(...spread.failed);
    cursor = page.cursor;
  } while (cursor !== undefined && clock.precise() < endsAt);
  return { reached, failed, cursor };
}

/** What is paused in the cell when a service first publishes holds for it too. */
export async function inheritPause(table: Table, service: string, nowMs: number): Promise<void> {
  if (isOwnService(service)) return;
  const pause = await readCellPause(table);
  if (pause && nowMs < pause.until) await pauseService(table, service, pause);
}

/** One service that cannot be written must not keep the others from being. */
async function failureToPause(table: Table, service: string, pause: LaidPause): Promise<string | undefined> {
  try {
    if (await pauseService(table, service, pause)) return undefined;
    return 'somebody else has paused or resumed it since; look, and repeat if need be';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
