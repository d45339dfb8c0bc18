// What tests of the console need to have something burn: checks that fail, and ticks of alerting that need not be waited for.
import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import { SOON } from '../support/patience.ts';
import { admin, world } from '../e2e/client.ts';

interface Alert {
  readonly id: string;
  readonly name: string;
  readonly held: readonly { readonly kind: string }[];
  readonly told: readonly string[];
  readonly acknowledged?: object;
}

const ALERT_TICK = `${world.lambda}/2015-03-31/functions/flyball-local-alerting-tick/invocations`;

/** All that a tick does, now. */
export async function tick(): Promise<void> {
  const answer = await fetch(ALERT_TICK, { method: 'POST', body: '{}' });
  await answer.body?.cancel();
}

export const openAlerts = async (): Promise<readonly Alert[]> =>
  (await admin('GET', '/v1/alerts?limit=200')).body['alerts'] as Alert[];

export interface FailingCheck {
  readonly name: string;
  /** The id of its alert. */
  readonly alert: string;
}

/** What a busy world could not do it is asked for once more. */
const done = (method: string, path: string, body: unknown) =>
  vi.waitFor(async () => {
    const answer = await admin(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }, SOON);

/** Checks that have failed, and whose alerts fire; `realtime` and `high` are sent, `deferred` ones wait for their hour. */
export async function failing(
  checks: Readonly<Record<string, 'realtime' | 'high' | 'deferred'>>,
  said = 'Error: no disk\n    at write (disk.js:4:2)',
): Promise<readonly FailingCheck[]> {
  const names: string[] = [];
  for (const [called, severity] of Object.entries(checks)) {
    // The world may have seen these tests before.
    const name = `${called}-${randomUUID().slice(0, 6)}`;
    names.push(name);
    const tags = severity === 'deferred' ? 'console' : `console severity:${severity}`;
    const check = await done('POST', '/api/v3/checks/', { name, tags, timeout: 3_600, grace: 60 });
    const { pathname } = new URL(String(check['ping_url']));
    await done('POST', `${pathname}/fail`, said);
  }
  return vi.waitFor(async () => {
    await tick();
    const alerts = await openAlerts();
    return names.map((name) => {
      const alert = alerts.find((one) => one.name === name && one.held.length + one.told.length > 0);
      if (!alert) throw new Error(`${name} is no alert yet that was decided`);
      return { name, alert: alert.id };
    });
  }, SOON);
}

/** Nothing that burns has nobody. */
export async function acknowledgeAll(): Promise<void> {
  for (const { id, acknowledged } of await openAlerts()) {
    if (acknowledged === undefined) await admin('POST', `/v1/alerts/${id}/ack`, { reason: 'a test looks after it' });
  }
}
