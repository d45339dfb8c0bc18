// `flyball approve` and `flyball baseline`: four eyes, and the document of the platform; `flyball schedules`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { NOBODY, type Console } from '../../../cli/console.ts';
import { run } from '../../../cli/run.ts';
import { startCenter, type Center } from '../config-center/center.ts';
import { createTable } from '../table.ts';
import { serve, serveCenter, type ServedCenter } from './center-over-http.ts';

let center: Center;
let served: ServedCenter;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flyball-documents-'));
  center = await startCenter((await createTable(inject('dynamodb'))).sdk, { approvals: 1 });
  served = await serveCenter(center);
  const shop = { apiVersion: 'flyball/v1', service: 'shop', throttles: { all: { limit: '10/s', burst: 10 } } };
  await put('/v1/services/shop/draft', shop);
  await put('/v1/baseline/draft', { apiVersion: 'flyball/v1', kind: 'baseline' });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await served.stop();
});

async function put(path: string, body: object): Promise<void> {
  const { status, body: said } = await center.send('PUT', path, { body });
  expect(status, JSON.stringify(said)).toBe(200);
}

async function flyball(argv: readonly string[], console: Partial<Console> = {}, token = 'fb_publisher') {
  const ran = { exitCode: 0, out: '', err: '' };
  ran.exitCode = await run(argv, {
    env: { XDG_CONFIG_HOME: folder, FLYBALL_URL: served.url, FLYBALL_TOKEN: token },
    ...{ folder, version: '1.2.3', timeoutMs: 60_000, console: { ...NOBODY, ...console } },
    out: (line) => (ran.out += line),
    err: (line) => (ran.err += line),
  });
  return ran;
}

const draftOf = async (path: string) => {
  const { body } = await center.send('GET', `${path}/draft/approvals`);
  return (body as { etag: string }).etag;
};

/** Somebody at a terminal, and what they are shown. */
function terminal(agrees: boolean) {
  const seen: string[] = [];
  const confirm = (question: string) => {
    seen.push(question);
    return Promise.resolve(agrees);
  };
  return { seen, console: { isTerminal: true, write: (line: string) => void seen.push(line), confirm } };
}

describe('approving a draft', () => {
  it('tells whose it is, and approves nothing', async () => {
    const { exitCode, out } = await flyball(['approve', 'shop', '--show']);
    expect(exitCode).toBe(0);
    expect(out).toContain('The draft of shop is by admin-key; others who must agree: 1.');
    expect(out).toContain('Nobody has approved it.');
  });

  it('takes somebody who has read it: elsewhere than at a terminal by its ETag', async () => {
    const { exitCode, err } = await flyball(['approve', 'shop']);
    expect(exitCode).toBe(2);
    expect(err).toContain(`--draft ${await draftOf('/v1/services/shop')}`);
    expect(await flyball(['approve', 'shop', '--draft', 'another'])).toMatchObject({ exitCode: 1 });
    expect((await flyball(['approve', 'shop', '--show'])).out).toContain('Nobody has approved it.');
  });

  it('at a terminal shows what it would change and asks', async () => {
    const no = terminal(false);
    expect(await flyball(['approve', 'shop'], no.console)).toMatchObject({ exitCode: 2 });
    expect(no.seen.join('')).toContain('+ /throttles/all  {"limit":"10/s","burst":10}');
    expect(no.seen.at(-1)).toBe('Approve this draft of shop, by admin-key?');
    const yes = terminal(true);
    const { exitCode, out } = await flyball(['approve', 'shop', '--note', 'as we agreed'], yes.console);
    expect(exitCode).toBe(0);
    expect(out).toContain('You have approved the draft of shop.');
    expect(out).toContain('publisher-key, 2026-01-05 12:00:00: as we agreed');
    expect(await center.send('POST', '/v1/services/shop/publish', { body: {} })).toMatchObject({ status: 200 });
  });

  it('is for others than its author', async () => {
    await put('/v1/services/shop/draft', { apiVersion: 'flyball/v1', service: 'shop' });
    const draft = await draftOf('/v1/services/shop');
    const { exitCode, err } = await flyball(['approve', 'shop', '--draft', draft], {}, 'fb_admin');
    expect(exitCode).toBe(1);
    expect(err).toContain('somebody else must approve it');
  });
});

describe('the baseline', () => {
  it('is approved, printed, compared, listed and rolled back', async () => {
    const baseline = (...argv: string[]) => flyball(['baseline', ...argv], {}, 'fb_admin');
    expect((await baseline('approve', '--show')).out).toContain('The draft of the baseline is by admin-key');
    const { body } = await center.send('POST', '/v1/keys', { body: { name: 'another', role: 'admin', for: '1h' } });
    const another = (body as { key: string }).key;
    const agreed = await flyball(['baseline', 'approve', '--draft', await draftOf('/v1/baseline')], {}, another);
    expect(agreed).toMatchObject({ exitCode: 0 });
    expect(await center.send('POST', '/v1/baseline/publish', { body: { note: 'the first' } })).toMatchObject({
      status: 200,
    });
    expect(JSON.parse((await baseline('get')).out)).toMatchObject({ kind: 'baseline' });
    expect((await baseline('get', 'draft', '-o', 'baseline.yaml')).out).toBe(
      'baseline.yaml holds the draft of the baseline.',
    );
    expect(readFileSync(join(folder, 'baseline.yaml'), 'utf8')).toContain('baseline');
    expect((await baseline('diff')).out).toBe('the baseline: what is in force and the draft say the same.');
    expect((await baseline('history')).out).toMatch(/\n *1 +current +2026-01-05 12:00:00 +admin-key +the first$/);
    expect((await baseline('rollback', '1', '--note', 'none')).out).toBe(
      'the baseline: revision 1, with the rules of 1, was in force already; nothing changed.',
    );
  });

  it.each([
    [['gett'], /There is no "gett" of baseline: write get, diff, history, rollback, approve\. Did you mean "get"/],
    [['constructor'], /There is no "constructor" of baseline/],
    [['rollback', '--note', 'a'], /takes other arguments/],
    [['rollback', '1'], /--note is missing/],
    [['history', '--note', 'a'], /--note is not for baseline history/],
    [['get', '--show'], /--show is not for baseline get/],
    [['get', 'rule'], /There is no "rule" to get/],
    [['diff', 'drafts'], /There is no version "drafts"/],
  ])('%j is wrong', async (argv, says) => {
    const { exitCode, err } = await flyball(['baseline', ...argv]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(says);
  });
});

describe('a schedule', () => {
  it('is told of in words, with its next runs and the nights that concern it', async () => {
    const asked: unknown[] = [];
    const other = await serve(
      createServer((request, response) => {
        void text(request).then((body) => {
          asked.push([request.url, JSON.parse(body)]);
          const next = [{ at: '2027-03-28T01:30:00Z', local: '2027-03-28T03:30:00+02:00' }];
          const told = { kind: 'cron', description: 'at 02:30', timezone: 'Europe/Berlin', next };
          response.end(JSON.stringify({ ...told, daylightSaving: [{ note: 'On 2027-03-28 the clocks …' }] }));
        });
      }),
    );
    const argv = [
      'schedules',
      'preview',
      '30 2 * * *',
      '--timezone',
      'Europe/Berlin',
      '--count',
      '1',
      '--kind',
      'cron',
    ];
    const { exitCode, out } = await flyball([...argv, '--url', other.url]);
    await other.stop();
    expect(exitCode).toBe(0);
    expect(out.split('\n')).toEqual([
      'at 02:30 (cron, Europe/Berlin)',
      '  2027-03-28T03:30:00+02:00  2027-03-28T01:30:00Z',
      'On 2027-03-28 the clocks …',
    ]);
    const sent = { schedule: '30 2 * * *', timezone: 'Europe/Berlin', kind: 'cron', count: 1 };
    expect(asked).toEqual([['/v1/schedules/preview', sent]]);
  });

  it.each([
    [['previews', '* * * * *'], /There is no "previews" of schedules/],
    [['preview', '* * * * *', '--count', '0'], /--count is a number from 1 to 50/],
    [['preview'], /It takes other arguments/],
  ])('%j is wrong', async (argv, says) => {
    const { exitCode, err } = await flyball(['schedules', ...argv]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(says);
  });
});
