// Whether the parts the control plane stands on answer.
import { storeLimitMs } from '../../middleware/kernel/patience.ts';
import { keys } from '../../store/keys.ts';
import { json, openRoute, type Route } from '../api/index.ts';
import { readHealth } from './described/open.ts';
import type { Parts } from './parts.ts';

/**
 * How long a part may take, in ms: a function that is itself slow to read an answer must not call a part down. The table
 * and then the rest both fit into the function's time.
 */
const LIMIT_MS = Math.min(storeLimitMs(1_000), 4_000);

export function healthRoutes({ table, healthUrls, probe }: Parts): Route[] {
  return [
    openRoute('GET', '/v1/health', readHealth, async () => {
      // The table first, by itself: what the other probes load must not use up its time.
      const first = await up('table', async () => {
        await table.get(keys.rulesHead('health'), { timeoutMs: LIMIT_MS });
      });
      const rest = await Promise.all(healthUrls.map((url) => up(url, () => probe(url, LIMIT_MS))));
      const parts = [first, ...rest];
      const healthy = parts.every((part) => part.up);
      return json({ status: healthy ? 'up' : 'down', parts }, { status: healthy ? 200 : 503 });
    }),
  ];
}

/** Says that a part is down, never why: anyone may ask. */
async function up(name: string, check: () => Promise<void>): Promise<{ readonly name: string; readonly up: boolean }> {
  try {
    await check();
    return { name, up: true };
  } catch {
    return { name, up: false };
  }
}
