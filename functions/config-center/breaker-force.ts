// Forces a breaker open or closed, releases it, and says so where its changes are listed.
import type { z } from 'zod';
import { errorFields } from '../../middleware/kernel/logger.ts';
import { putBreakerTransition } from '../../store/items/breaker-log.ts';
import {
  BreakerContended,
  BreakerNotForced,
  forceBreaker,
  type BreakerStatus,
  type Forcing,
} from '../../store/items/breaker.ts';
import type { Table } from '../../store/port.ts';
import { bodyOf, json, Problem, type ApiRequest, type ApiResponse } from '../api/index.ts';
import { storedBreakerKey } from './breaker-key.ts';
import { breakerNamed } from './breaker-rules.ts';
import { shownBreaker } from './breaker-shown.ts';
import { forceBody } from './described/breakers.ts';
import { endingOf, invalid } from '../api/ending.ts';
import type { Parts } from './parts.ts';
import { record } from '../api/trail.ts';

export async function force(parts: Parts, request: ApiRequest, service: string, name: string): Promise<ApiResponse> {
  const body = bodyOf(request, forceBody);
  const { state, reason, key: given = [], stored } = body;
  const untilMs = endOf(body, request.at);
  const breaker = await breakerNamed(parts.table, service, name);
  const key = storedBreakerKey({ key: typeof given === 'string' ? [given] : given, stored }, breaker.rule);
  if (breaker.rule.key && key === undefined) {
    const example = breaker.rule.key.map((part) => `${part}=VALUE`).join(', ');
    throw invalid('/key', `the rule has a breaker for each key: say which one, as ${example}`);
  }
  const by = request.caller.name;
  const forcing = { service, name, key, state, until: untilMs, reason, by, nowMs: request.at };
  const status = await forced(parts.table, forcing);
  await list(parts, forcing, status);
  await record(parts, request, {
    action: state === null ? 'breaker.release' : 'breaker.force',
    service,
    target: name,
    detail: { state, until: untilMs, ...(key === undefined ? {} : { key }) },
    note: reason,
  });
  return json(shownBreaker(breaker, status, request.at));
}

/** Epoch ms; undefined until it is released. @throws {Problem} 422 */
function endOf({ state, until, for: lasting }: z.infer<typeof forceBody>, nowMs: number): number | undefined {
  const end = endingOf({ lasting, moment: until, called: 'until', example: '30m' }, nowMs);
  if (end !== undefined && state === null) throw invalid(end.place, 'means nothing when a breaker is released');
  return end?.at;
}

/** @throws {Problem} 409 when the fleet kept changing the breaker meanwhile, or there is nothing to release. */
async function forced(table: Table, forcing: Forcing): Promise<BreakerStatus> {
  try {
    return await forceBreaker(table, forcing);
  } catch (error) {
    if (error instanceof BreakerContended || error instanceof BreakerNotForced)
      throw new Problem(409, `${error.message}.`, { code: error.code });
    throw error;
  }
}

/** The audit log has it as well, so that a list without it is no reason to fail. */
async function list({ table, logger }: Parts, forcing: Forcing, status: BreakerStatus): Promise<void> {
  const { service, name: breaker, key, by, reason, until } = forcing;
  const { epoch, state: to, because } = status;
  const [cause, from] = [because?.cause ?? 'forced', because?.was ?? to];
  try {
    await putBreakerTransition(table, { service, breaker, key, from, to, epoch, cause, by, reason, until });
  } catch (error) {
    logger.warn('a forced breaker could not be listed among its changes', { breaker, ...errorFields(error) });
  }
}
