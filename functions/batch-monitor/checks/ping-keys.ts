// Knows ping keys: API keys of the role `pinger` for one service. Guesses are counted as failed logins are.
import { findApiKey, hashOfKey } from '../../../store/items/api-keys.ts';
import type { Table } from '../../../store/port.ts';
import { FailedLogins } from '../../api/auth-failures.ts';
import { Problem, type OpenRequest } from '../../api/index.ts';
import { DEFAULT_PROJECT } from './project.ts';

export type ServiceOf = (pingKey: string, request: OpenRequest) => Promise<string | undefined>;

/**
 * The service a ping key is for; undefined when it is none. A key that may do more is none: addresses stand in logs, in
 * crontabs and in the histories of shells. Rejects with a `Problem` 429 after too many failures.
 */
export function pingKeys(table: Table, instancesOf?: string): ServiceOf {
  const failures = new FailedLogins(instancesOf === undefined ? undefined : { table, service: instancesOf });
  return async (pingKey, { address, at }) => {
    const attempt = { address, credential: hashOfKey(pingKey), at };
    const look = failures.look(attempt);
    if (look.kind === 'never') throw tooMany(look.waitMs);
    const found = await findApiKey(table, pingKey, at);
    const { services = [DEFAULT_PROJECT] } = found ?? {};
    const [service, another] = services;
    if (found?.role === 'pinger' && another === undefined) {
      failures.succeeded(attempt);
      return service;
    }
    await failures.failed(attempt);
    if (look.kind === 'despite') throw tooMany(look.waitMs);
    return undefined;
  };
}

const tooMany = (waitMs: number) =>
  new Problem(429, 'Too many pings with keys that are not known.', {
    code: 'TOO_MANY_FAILURES',
    headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
  });
