// Spreads what an operator lays on the services of a cell, such as a pause: some at a time, counted, safe to repeat.
import { listServices, readService } from '../../store/items/rules.ts';
import { readCellFaultStop, stopFaultsOf } from '../../store/items/fault-stops.ts';
import { pauseService, readCellPause } from '../../store/items/pauses.ts';
import type { Table } from '../../store/port.ts';
import type { Clock } from '../../middleware/kernel/clock.ts';
import { isName, requireScope, unprocessable, type ApiRequest, type FieldError } from '../api/index.ts';

/** flyball's own services: a pause must not stop what lifts it, nor what watches and tells. */
const OWN_SERVICES: ReadonlySet<string> = new Set([
  'alerting',
  'authorizer',
  'batch-monitor',
  'config-center',
  'telemetry',
]);

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

/** Writes it on the head of one service's rules; false when a later one stands there. */
export type Lay = (service: string) => Promise<boolean>;

/** Lays it on services by name. */
export async function spreadOver(services: readonly string[], lay: Lay): Promise<Spread> {
  const failed: Failed[] = [];
  for (let i = 0; i < services.length; i += AT_ONCE) {
    await Promise.all(
      services.slice(i, i + AT_ONCE).map(async (service) => {
        const reason = await failureToLay(service, lay);
        if (reason !== undefined) failed.push({ service, reason });
      }),
    );
  }
  return { reached: services.length - failed.length, failed };
}

/** Lays it on every service of the list, from a cursor on, for as long as there is time. */
export async function spreadOverCell(table: Table, clock: Clock, lay: Lay, from: string | undefined): Promise<Spread> {
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
    const spread = await spreadOver(services, lay);
    reached += spread.reached;
    failed.push(...spread.failed);
    cursor = page.cursor;
  } while (cursor !== undefined && clock.precise() < endsAt);
  return { reached, failed, cursor };
}

/** What is paused or stopped in the cell when a service first publishes holds for it too. */
export async function inheritPause(table: Table, service: string, nowMs: number): Promise<void> {
  if (isOwnService(service)) return;
  const [pause, stop] = await Promise.all([readCellPause(table), readCellFaultStop(table)]);
  if (pause && nowMs < pause.until) await pauseService(table, service, pause);
  if (stop?.stopped) await stopFaultsOf(table, service, stop);
}

/** Waits for both: a trail that cannot be written must not keep the rest from being reached. */
export async function recorded(spreading: Promise<Spread>, entries: readonly Promise<void>[]): Promise<Spread> {
  const [spread, ...written] = await Promise.allSettled([spreading, ...entries]);
  if (spread.status === 'rejected') throw spread.reason;
  for (const entry of written) if (entry.status === 'rejected') throw entry.reason;
  return spread.value;
}

/** Each is written and has an audit entry of its own. */
export const MOST_NAMED = 50;

/**
 * `done` is what becomes of them, e.g. `paused`.
 * @throws {Problem} 403 out of scope, 422 for what is no service, or one of flyball's own.
 */
export async function requireServices(
  table: Table,
  request: ApiRequest,
  services: readonly string[],
  done: string,
): Promise<void> {
  for (const service of services) requireScope(request.caller, service);
  const refuse = (what: string, errors: FieldError[]) => unprocessable(what, 'INVALID_BODY', errors);
  if (services.length > MOST_NAMED) {
    const reason = `at most ${MOST_NAMED} are taken by name`;
    throw refuse('The body is not what this route takes.', [{ path: '/services', reason }]);
  }
  const errors = await Promise.all(
    services.map(async (service, i): Promise<FieldError[]> => {
      const at = (reason: string) => [{ path: `/services/${i}`, reason }];
      if (services.indexOf(service) !== i) return at(`"${service}" stands here twice`);
      if (isOwnService(service)) return at(`"${service}" is flyball's own, and is never ${done}`);
      const known = isName(service) && (await readService(table, service)) !== undefined;
      return known ? [] : at(`there is no service "${service.slice(0, 64)}" with rules`);
    }),
  );
  if (errors.flat().length > 0) throw refuse(`These services cannot be ${done}.`, errors.flat());
}

/** One service that cannot be written must not keep the others from being. */
async function failureToLay(service: string, lay: Lay): Promise<string | undefined> {
  try {
    if (await lay(service)) return undefined;
    return 'somebody else has paused or resumed it since; look, and repeat if need be';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
