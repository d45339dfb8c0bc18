// Checks in the started world, by the tools people have: a published client of healthchecks.io, and plain curl.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { admin, eventually, world } from './client.ts';

interface Check {
  readonly uuid: string;
  readonly name: string;
  readonly status: string;
  readonly n_pings: number;
  readonly ping_url: string;
  readonly unique_key: string;
}

/** What the client's documentation promises; it has no types. */
interface Clients {
  readonly HealthChecksApiClient: new (options: { apiKey: string; baseUrl: string; apiVersion?: number }) => {
    getChecks(tags?: string[]): Promise<{ checks: Check[] }>;
    getCheck(uuid: string): Promise<Check>;
    createCheck(check: object): Promise<Check>;
    updateCheck(uuid: string, check: object): Promise<Check>;
    pauseCheck(uuid: string): Promise<Check>;
    deleteCheck(uuid: string): Promise<Check>;
    listPings(uuid: string): Promise<{ pings: { type: string; n: number }[] }>;
    listFlips(uuid: string): Promise<{ flips: { up: number }[] }>;
    getIntegrations(): Promise<{ channels: object[] }>;
  };
  readonly HealthChecksPingClient: new (options: { uuid: string; baseUrl: string; returnResponse?: boolean }) => {
    success(payload?: string): Promise<unknown>;
    fail(payload?: string): Promise<unknown>;
    start(): Promise<unknown>;
  };
}

const { HealthChecksApiClient, HealthChecksPingClient } = createRequire(import.meta.url)(
  'healthchecks-io-client',
) as Clients;

const client = new HealthChecksApiClient({ apiKey: world.adminToken, baseUrl: world.http });
const run = promisify(execFile);

/** What curl prints: the body, and the status behind it. */
async function curled(...args: readonly string[]): Promise<string> {
  const { stdout } = await run('curl', [
    '--silent',
    '--show-error',
    '--max-time',
    '60',
    '-w',
    ' %{http_code}',
    ...args,
  ]);
  return stdout;
}

/** The commands of the page, as a reader would type them. */
const commands = [...readFileSync('docs/checks.md', 'utf8').matchAll(/^```sh\n([^]*?)^```/gm)].map(
  ([, text = '']) => text,
);
const typed = (command: string) =>
  run('bash', ['-c', command], {
    env: { PATH: process.env['PATH'], API: world.http, TOKEN: world.adminToken, ADMIN: world.adminToken },
  });

describe('the page', () => {
  it('makes a check, pings it and makes a ping key with its commands', async () => {
    const [make = '', cron = '', key = ''] = commands;
    const made = JSON.parse((await typed(make)).stdout) as Check;
    expect(made).toMatchObject({ name: 'Backup', status: 'new' });
    const work = cron.slice(cron.indexOf('curl')).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, made.uuid);
    expect((await typed(work)).stdout).toBe('');
    const { body } = await admin('GET', `/api/v3/checks/${made.uuid}`);
    expect(body).toMatchObject({ status: 'up', n_pings: 1 });
    const pinger = JSON.parse((await typed(key)).stdout) as { key: string };
    expect(await curled(`${world.http}/ping/${pinger.key}/backup`)).toBe('OK 200');
  });
});

describe('a client of healthchecks.io', () => {
  it('makes checks, pings them, reads and pauses them, without knowing where it is', async () => {
    const made = await client.createCheck({ name: 'Nightly backup', tags: 'prod backup', timeout: 3600, grace: 60 });
    expect(made).toMatchObject({ name: 'Nightly backup', status: 'new', n_pings: 0 });
    const pings = new HealthChecksPingClient({ uuid: made.uuid, baseUrl: `${world.http}/ping` });
    await pings.start();
    expect(await client.getCheck(made.uuid)).toMatchObject({ status: 'started', n_pings: 1 });
    await pings.success('12 files, 3 MB');
    expect(await client.getCheck(made.uuid)).toMatchObject({ status: 'up', n_pings: 2 });
    await pings.fail('the disk is full');
    expect(await client.getCheck(made.uuid)).toMatchObject({ status: 'down', n_pings: 3 });
    await pings.success();

    const { checks } = await client.getChecks(['prod']);
    expect(checks).toMatchObject([{ uuid: made.uuid, status: 'up' }]);
    expect((await client.listPings(made.uuid)).pings.map(({ type }) => type)).toEqual([
      ...['success', 'fail', 'success', 'start'],
    ]);
    expect((await client.listFlips(made.uuid)).flips.map(({ up }) => up)).toEqual([1, 0, 1]);
    const { channels } = await client.getIntegrations();
    expect(channels).toMatchObject([
      { name: 'team-orders-hook', kind: 'webhook' },
      { name: 'anybody-hook', kind: 'webhook' },
    ]);

    expect(await client.updateCheck(made.uuid, { name: 'Backup', timeout: 7200 })).toMatchObject({ name: 'Backup' });
    expect(await client.pauseCheck(made.uuid)).toMatchObject({ status: 'paused' });
    expect(await client.deleteCheck(made.uuid)).toMatchObject({ name: 'Backup' });
    await expect(client.getCheck(made.uuid)).rejects.toThrow();
  });
});

describe('curl', () => {
  it('pings by slug with a key that may do nothing else, and makes the check', async () => {
    const { body } = await admin('POST', '/v1/keys', { name: 'crontab', role: 'pinger', services: ['settlement'] });
    const url = `${world.http}/ping/${String(body['key'])}/db-backup`;
    expect(await curled(url)).toBe('not found 404');
    expect(await curled(`${url}/start?create=1`)).toBe('Created 201');
    expect(await curled('-fsS', '-m', '60', '--data-raw', 'done', url)).toBe('OK 200');
    expect(await curled('--head', '--output', '/dev/null', url)).toBe(' 200');
    expect(await curled(`${url}/3`)).toBe('OK 200');
    const asAdmin = ['-H', `X-Api-Key: ${world.adminToken}`];
    const listed = await curled(...asAdmin, `${world.http}/api/v3/checks/?service=settlement&slug=db-backup`);
    expect(listed).toContain('"status":"down"');
    expect(await curled('-H', `X-Api-Key: ${String(body['key'])}`, `${world.http}/api/v3/checks/`)).toContain(' 401');
  });

  it('shows a badge to anybody', async () => {
    const { badges } = (await admin('GET', '/api/v3/badges/?service=settlement')).body as {
      badges: Record<string, Record<string, string>>;
    };
    const shown = await curled(`${world.http}${new URL(badges['*']?.['json'] ?? '').pathname}`);
    expect(shown).toMatch(/^\{"status":"down","total":1,"grace":0,"down":1\} 200$/);
  });

  it('pings a check that the tick then leaves up', async () => {
    const body = JSON.stringify({ name: 'minutely', timeout: 60, grace: 60, unique: ['name'] });
    const made = await admin('POST', '/api/v3/checks/', JSON.parse(body));
    await curled(String(made.body['ping_url']).replace(/^https?:\/\/[^/]+/, world.http));
    const { body: shown } = await admin('GET', `/api/v3/checks/${String(made.body['uuid'])}`);
    expect(shown).toMatchObject({ status: 'up' });
    // With a clock of its own it is tried elsewhere; here nothing is due.
    const url = `${world.lambda}/2015-03-31/functions/flyball-local-batch-monitor-tick/invocations`;
    const report = await eventually('a tick', async () => {
      const answer = (await (await fetch(url, { method: 'POST', body: '{}' })).json()) as Record<string, unknown>;
      return answer['complete'] === true ? answer : undefined;
    });
    expect(report).toMatchObject({ failed: 0 });
    const { body: after } = await admin('GET', `/api/v3/checks/${String(made.body['uuid'])}`);
    expect(after).toMatchObject({ status: 'up', n_pings: 1 });
  });
});
