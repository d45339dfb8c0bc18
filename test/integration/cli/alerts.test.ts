// `flyball alerts`: what it asks the control plane, and what it makes of the answers.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { run } from '../../../cli/run.ts';
import { serve, type ServedCenter } from './center-over-http.ts';

const AT = '2027-01-01T02:00:00.000Z';
const ID = '0123456789abcdef0123456789abcdef-1';
const alert = {
  ...{ id: ID, key: 'job/settlement/nightly', severity: 'deferred', since: AT, summary: 'nightly failed' },
  ...{ told: ['mail'], held: [{ kind: 'deferred' }], sendsAt: '2027-01-01T07:00:00.000Z' },
  failing: [{ channel: 'pager', attempts: 3, error: 'it is gone', nextAttemptAt: '2027-01-01T02:05:00.000Z' }],
};
/** By the end of the path. */
const answers: Readonly<Record<string, object>> = {
  alerts: { alerts: [alert] },
  why: {
    channels: [{ channel: 'mail', route: '/route', decision: 'deferred', reason: 'its owner is told at 08:00' }],
    routes: [
      { route: '/route', fits: true },
      { route: '/route/routes/0', fits: false, because: 'severity is deferred, not realtime' },
    ],
    trail: [{ at: AT, what: 'fired', detail: 'nightly \u001b[2Jfailed' }],
  },
  ack: alert,
  'send-now': alert,
  report: {
    week: '2026-W53',
    rules: [
      {
        ...{ kind: 'job', service: 'settlement', name: 'nightly', fired: 3 },
        sent: 2,
        held: 1,
        acknowledged: 0,
        ignored: 2,
      },
    ],
  },
  test: { channel: 'mail', type: 'sns' },
};
let center: ServedCenter;
let folder: string;
let asked: { readonly what: string; readonly body: unknown }[];

beforeAll(async () => {
  center = await serve(
    createServer((request, response) => {
      void text(request).then((body) => {
        const { method = '', url = '' } = request;
        asked.push({ what: `${method} ${url}`, body: body && JSON.parse(body) });
        response.end(JSON.stringify(answers[/\/([\w-]+)(?:\?|$)/.exec(url)?.[1] ?? ''] ?? {}));
      });
    }),
  );
});
afterAll(() => center.stop());
beforeEach(() => {
  asked = [];
  folder = mkdtempSync(join(tmpdir(), 'flyball-alerts-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

async function flyball(...argv: string[]) {
  const ran = { exitCode: 0, out: '', err: '' };
  ran.exitCode = await run(['alerts', ...argv], {
    env: { XDG_CONFIG_HOME: folder, FLYBALL_URL: center.url, FLYBALL_TOKEN: 'fb_key' },
    ...{ folder, version: '1.2.3', timeoutMs: 60_000 },
    out: (line) => (ran.out += line),
    err: (line) => (ran.err += line),
  });
  return ran;
}

const rowsOf = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((row) => row.trim().split(/ {2,}/));

it('lists what is wrong, who was told, and until when the rest waits', async () => {
  const { exitCode, out } = await flyball('--status', 'held', '--service', 'settlement');
  expect(exitCode).toBe(0);
  expect(asked.map(({ what }) => what)).toEqual(['GET /v1/alerts?service=settlement&status=held&limit=200']);
  expect(rowsOf(out)[1]).toEqual([
    ...[ID, 'deferred', '2027-01-01 02:00:00', 'job/settlement/nightly'],
    'mail; pager fails, again 2027-01-01 02:05:00; deferred until 2027-01-01 07:00:00',
    'nightly failed',
  ]);
});

it('says why', async () => {
  const { out } = await flyball('why', ID);
  expect(out.trimEnd().split('\n')).toEqual([
    'mail (/route): deferred, since its owner is told at 08:00',
    'not /route/routes/0: severity is deferred, not realtime',
    '2027-01-01 02:00:00  fired  nightly \\u001b[2Jfailed',
  ]);
});

it.each([
  [['ack', ID, '--reason', 'on it', '--until', AT], `${ID}/ack`, { reason: 'on it', until: AT }, 'is seen'],
  [['ack', ID], `${ID}/ack`, {}, 'is seen'],
  [['send-now', ID, '--reason', 'early'], `${ID}/send-now`, { reason: 'early' }, 'is sent'],
  [['test', 'mail'], 'channels/mail/test', {}, 'mail (sns) has taken a test message.'],
])('%j asks for %s', async (argv, path, body, told) => {
  const { exitCode, out } = await flyball(...argv);
  expect({ exitCode, asked }).toEqual({ exitCode: 0, asked: [{ what: `POST /v1/alerts/${path}`, body }] });
  expect(out).toContain(told);
});

it('counts a week by rule', async () => {
  const { out } = await flyball('report', '--week', '2026-W53');
  expect(asked[0]?.what).toBe('GET /v1/alerts/report?week=2026-W53');
  expect(rowsOf(out)[1]).toEqual(['job/settlement/nightly', '3', '2', '1', '0', '2']);
});

it.each([
  [['wyh', ID], 'There is no "wyh" of alerts'],
  [['why'], 'Say which: why wants an alert, by its id.'],
  [['report', ID], 'report takes no name.'],
  [['send-now', ID], '--reason is missing'],
  [['why', ID, '--week', '2026-W53'], '--week is for report; leave it out.'],
])('%j asks for nothing', async (argv, says) => {
  const { exitCode, err } = await flyball(...argv);
  expect({ exitCode, asked }).toEqual({ exitCode: 2, asked: [] });
  expect(err).toContain(says);
});
