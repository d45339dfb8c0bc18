// `GET /openapi.json`: what the whole control plane takes and answers, made of all functions' routes when it is first asked for.
import { LIBRARY_VERSION } from '../../middleware/kernel/version.ts';
import { openRoute, text, type Route } from '../api/index.ts';
import { readOpenApi } from './described/open.ts';
import type { Parts } from './parts.ts';

const INFO = {
  title: 'flyball',
  version: LIBRARY_VERSION,
  description: 'Rules of services and how they fare. Errors are RFC 9457 problems; lists go on by `cursor`.',
};

/** `own` are the config center's routes, this one among them. */
export function openApiRoutes(parts: Parts, own: () => readonly Route[]): Route[] {
  let body: string | undefined;
  return [
    // Open, since whoever makes a client fetches it without credentials; it says nothing about any service.
    openRoute('GET', '/openapi.json', readOpenApi, async () => {
      body ??= JSON.stringify(await describedApi(parts, own()));
      return text(body, 'application/json');
    }),
  ];
}

/** Nothing of the other functions is loaded before. */
async function describedApi({ table, clock, logger, newId }: Parts, own: readonly Route[]): Promise<object> {
  const [{ openApiOf }, { telemetryAreas }, { batchMonitorRoutes }, { alertingRoutes }] = await Promise.all([
    import('../api/openapi.ts'),
    import('../telemetry/areas.ts'),
    import('../batch-monitor/api.ts'),
    import('../alerting/api.ts'),
  ]);
  const traces = { page: unasked, get: unasked };
  const platform = { accountLimits: unasked, reservedConcurrency: unasked, queue: unasked };
  const telemetry = telemetryAreas({ table, traces, platform, deployed: unasked, prefix: '' });
  const shared = { table, clock, logger, newId };
  const alerting = alertingRoutes({ ...shared, channels: () => unasked, cell: '' });
  return openApiOf([...own, ...telemetry, ...batchMonitorRoutes(shared), ...alerting], INFO);
}

const unasked = () => Promise.reject(new Error('these routes are described and not asked here'));
