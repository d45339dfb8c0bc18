// Instances under quotas that write to the table a config center reads: what they used, were refused and told.
import { expect } from 'vitest';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import { silentRecorder } from '../../../middleware/kernel/recorder.ts';
import type { Table } from '../../../store/port.ts';
import { httpV2 } from '../../support/events.ts';
import { silentLogger, testInstance } from '../../support/instance.ts';
import { admit } from '../throttle/admit.ts';
import { startCenter, type Answer, type Center, type Sent } from './center.ts';

export const USAGE = '/v1/services/orders/usage';
export const DAY = 86_400_000;

/** Ten a month for each tenant: the path says who it is. */
export const monthly: ThrottleRule = { key: ['path:tenant'], algorithm: 'fixed-window', limit: '10/month' };

const resources = { all: { match: { trigger: 'http', path: '/{tenant}' } } } as const;
const applied = (throttles: Record<string, ThrottleRule>) =>
  Object.fromEntries(Object.entries(throttles).map(([name, rule]) => [name, { resources: ['all'], ...rule }]));

export interface Metered {
  readonly center: Center;
  /** Warnings that instances logged, and what they counted of themselves. */
  readonly lines: unknown[];
  readonly events: string[];
  readonly publish: (throttles: Record<string, ThrottleRule>) => Promise<void>;
  /** An instance under these rules; `over` another table that may lose something. */
  readonly instance: (throttles: Record<string, ThrottleRule>, over?: Table) => Instance;
  readonly get: (query?: Readonly<Record<string, string>>, sent?: Sent, path?: string) => Promise<Answer>;
}

export async function meter(table: Table): Promise<Metered> {
  const center = await startCenter(table);
  const lines: unknown[] = [];
  const events: string[] = [];
  return {
    ...{ center, lines, events },
    async publish(throttles) {
      const body = { apiVersion: 'flyball/v1', service: 'orders', resources, throttles: applied(throttles) };
      expect((await center.send('PUT', '/v1/services/orders/draft', { body })).status).toBeLessThan(300);
      expect(await center.send('POST', '/v1/services/orders/publish')).toMatchObject({ status: 200 });
    },
    instance(throttles, over = table) {
      // Its own time limits are tested elsewhere; the emulator may be slow on a busy machine.
      const patient: Table = { ...over, update: (request) => over.update({ ...request, timeoutMs: 60_000 }) };
      const logger = {
        ...silentLogger,
        warn: (message: string, fields?: object) => lines.push({ message, ...fields }),
      };
      const rules = { resources, throttles: applied(throttles) };
      const made = testInstance({ clock: center.clock, table: patient, logger, rules });
      made.recorder = { ...silentRecorder, internal: (event) => events.push(event) };
      return made;
    },
    get: (query = {}, sent = {}, path = USAGE) => center.send('GET', path, { query, ...sent }),
  };
}

/** So many requests of a tenant, one after another: gives how many were admitted. */
export async function use(by: Instance, tenant: string, times: number): Promise<number> {
  let admitted = 0;
  for (let i = 0; i < times; i++) {
    if ((await admit(by, httpV2({ path: `/${tenant}` }))) === true) admitted += 1;
  }
  return admitted;
}
