// `flyball jobs`: how jobs stand, what happened to one of them, and what people do with it.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../cli/run.ts';
import { serve, type ServedCenter } from './center-over-http.ts';

const AT = '2027-01-01T02:00:00.000Z';
let center: ServedCenter;
let folder: string;
let asked: { readonly what: string; readonly key: unknown; readonly body: unknown }[];
/** By the end of the path. */
const answers: Readonly<Record<string, object>> = {
  jobs: {
    jobs: [
      { id: 'orders:nightly', kind: 'declared', service: 'orders', job: 'nightly', owner: 'team', unreadable: true },
      { id: 'orders:purge', kind: 'declared', service: 'orders', job: 'purge', status: 'up', since: AT },
    ],
  },
  events: {
    events: [
      { type: 'change', at: AT, from: 'up', to: 'failed' },
      { type: 'run', at: AT, run: { status: 'failed', error: { name: 'Error', message: 'no\u001b[2Jdisk' } } },
      { type: 'run', at: AT, run: { status: 'failed', reason: 'it has written 0' } },
      { type: 'ping', at: AT, ping: { kind: 'success' } },
    ],
  },
  runs: { runs: [{ run: 'r-1', status: 'succeeded', startedAt: AT, durationMs: 1500, startedBy: { by: 'Ada' } }] },
  start: { job: 'orders:nightly', at: AT, function: 'nightly:live', run: 'r-2', startedBy: { by: 'Ada' } },
  pause: { status: 'paused', paused: { until: AT } },
  resume: { status: 'up' },
  acknowledge: { status: 'failed', acknowledged: { by: 'Ada' } },
};

beforeAll(async () => {
  center = await serve(
    createServer((request, response) => {
      void text(request).then((body) => {
        const { method = '', url = '', headers } = request;
        asked.push({ what: `${method} ${url}`, key: headers['idempotency-key'], body: body && JSON.parse(body) });
        response.end(JSON.stringify(answers[/\/(\w+)(?:\?|$)/.exec(url)?.[1] ?? ''] ?? {}));
      });
    }),
  );
});
afterAll(() => center.stop());
beforeEach(() => {
  asked = [];
  folder = mkdtempSync(join(tmpdir(), 'flyball-jobs-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

async function flyball(...argv: string[]) {
  const ran = { exitCode: 0, out: '', err: '' };
  ran.exitCode = await run(['jobs', ...argv], {
    env: { XDG_CONFIG_HOME: folder, FLYBALL_URL: center.url, FLYBALL_TOKEN: 'fb_key' },
    ...{ folder, version: '1.2.3', timeoutMs: 60_000 },
    out: (line) => (ran.out += line),
    err: (line) => (ran.err += line),
  });
  return ran;
}

const rowsOf = (out: string) =>
  out
    .split('\n')
    .slice(1)
    .map((row) => row.trim().split(/ {2,}/));

describe('the list', () => {
  it('says which job cannot be read, and how the others stand', async () => {
    const { exitCode, out } = await flyball();
    expect(exitCode).toBe(0);
    expect(rowsOf(out)).toEqual([
      ['orders:nightly', 'unreadable', 'team'],
      ['orders:purge', 'up', '2027-01-01 02:00:00'],
    ]);
  });
});

describe('what happened', () => {
  it('is one list of runs, pings and changes', async () => {
    const { exitCode, out } = await flyball('events', 'orders:nightly');
    expect(exitCode).toBe(0);
    expect(rowsOf(out)).toEqual([
      ['2027-01-01 02:00:00', 'change', 'up → failed'],
      ['2027-01-01 02:00:00', 'run', 'failed: Error: no\\u001b[2Jdisk'],
      ['2027-01-01 02:00:00', 'run', 'failed: it has written 0'],
      ['2027-01-01 02:00:00', 'ping', 'success'],
    ]);
  });

  it.each([[['runs', 'nightly']], [['nightly']]])('of %j are its runs, with who started them', async (argv) => {
    const { out } = await flyball(...argv, '--service', 'orders');
    expect(rowsOf(out)).toEqual([['2027-01-01 02:00:00', 'succeeded', '1.5', 'Ada', 'r-1']]);
    expect(asked[0]?.what).toBe('GET /v1/jobs/nightly/runs?service=orders&limit=20');
  });
});

describe('what people do', () => {
  it('starts a job', async () => {
    const { exitCode, out } = await flyball('start', 'orders:nightly', '--reason', 'late', '--key', 'deploy-7');
    expect(exitCode).toBe(0);
    expect(out).toBe('orders:nightly is started as run r-2, by nightly:live.');
    expect(asked).toEqual([
      { what: 'POST /v1/jobs/orders%3Anightly/start', key: 'deploy-7', body: { reason: 'late' } },
    ]);
  });

  it('starts it with what is in a file, or as it is typed', async () => {
    writeFileSync(join(folder, 'day.json'), '{"day":"2027-01-01"}\n');
    await flyball('start', 'nightly', '--payload', '@day.json');
    await flyball('start', 'nightly', '--payload', 'null');
    expect(asked.map(({ body }) => body)).toEqual([{ payload: { day: '2027-01-01' } }, { payload: null }]);
  });

  it.each([
    [['pause', 'orders:nightly', '--reason', 'a move', '--until', AT], { reason: 'a move', until: AT }, 'paused until'],
    [['resume', 'orders:nightly'], {}, 'orders:nightly is up.'],
    [['ack', 'orders:nightly', '--reason', 'on it'], { reason: 'on it' }, 'orders:nightly is failed, seen by Ada.'],
  ])('%j', async (argv, body, says) => {
    const { exitCode, out } = await flyball(...argv);
    expect(exitCode).toBe(0);
    expect(out).toContain(says);
    expect(asked[0]?.body).toEqual(body);
  });
});

it.each([
  [['start', 'nightly', '--payload', '{day}'], /--payload is no JSON/],
  [['start', 'nightly', '--payload', '@none.json'], /none\.json cannot be read: there is no such file/],
  [['start', 'nightly', '--until', AT], /--until is for pause and ack/],
  [['pause', 'nightly'], /--reason is missing/],
  [['ack', 'nightly'], /--reason is missing/],
  [['nightly', '--reason', 'none'], /--reason is for start, pause, resume and ack/],
  [['nightly', '--status', 'failed'], /--status is for the list of jobs/],
  [['--key', 'a'], /--key is for start/],
  [
    ['stat', 'nightly'],
    /There is no "stat" of jobs: write runs, events, start, pause, resume, ack\. Did you mean "start"/,
  ],
  [['constructor', 'nightly'], /There is no "constructor"/],
])('%j is asked of nobody', async (argv, says) => {
  const { exitCode, err } = await flyball(...argv);
  expect(exitCode).toBe(2);
  expect(err).toMatch(says);
  expect(asked).toEqual([]);
});
