// Whether the parts the control plane stands on answer.
import { keys } from '../../store/keys.ts';
import { json, openRoute, type Route } from '../api/index.ts';
import type { Parts } from './parts.ts';

const TIMEOUT_MS = 1_000;

export function healthRoutes({ table, healthUrls, probe }: Parts): Route[] {
  return [
    openRoute('GET', '/v1/health', async () => {
      const parts = await Promise.all([
        up('table', async () => {
          await table.get(keys.rulesHead('health'), { timeoutMs: TIMEOUT_MS });
        }),
        ...healthUrls.map((url) => up(url, () => probe(url, TIMEOUT_MS))),
      ]);
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
