// What there is to say of a check: read from its item and its latest pings.
import { quoted } from '../../batch-monitor/checks/posted.ts';
import { listPings, readBody, type NumberedPing } from '../../../store/items/check-log.ts';
import type { Check } from '../../../store/items/check-record.ts';
import { checkByUniqueKey } from '../../../store/items/checks.ts';
import { readService } from '../../../store/items/services.ts';
import type { Table } from '../../../store/port.ts';
import { checkCondition, isWrong, unknownCheck } from './check-condition.ts';
import type { Said } from './said.ts';

/** Enough to see how often in a row it has failed. */
const PINGS_READ = 20;
/** Of a body that is longer, its beginning and its end. */
const MOST_SAID = 4_096;

export async function conditionsOfCheck(
  table: Table,
  service: string,
  uniqueKey: string,
  nowMs: number,
): Promise<Said> {
  const check = await checkByUniqueKey(table, uniqueKey);
  if (check?.service !== service) return { conditions: [unknownCheck(service, uniqueKey, nowMs)] };
  const owner = (await readService(table, service))?.rules?.owner;
  if (!isWrong(check, nowMs)) {
    return { conditions: [checkCondition(check, { pings: [], said: '', owner }, nowMs)] };
  }
  const pings = await listPings(table, check, { limit: PINGS_READ });
  const said = await saidBy(table, check, pings);
  return { conditions: [checkCondition(check, { pings, said, owner }, nowMs)], turnsAt: Infinity };
}

async function saidBy(table: Table, { uuid }: Check, pings: readonly NumberedPing[]): Promise<string> {
  const failed = pings.find(({ ping }) => ping.kind === 'fail');
  const body = failed && (await readBody(table, uuid, failed.ping));
  return body === undefined ? '' : quoted(body, MOST_SAID);
}
