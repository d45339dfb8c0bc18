// Now in Chromium: one look says whether anything needs anybody, the title counts it, and what cannot be known is not taken for health.
import { expect, it, vi } from 'vitest';
import { admin } from '../e2e/client.ts';
import { TEAM } from '../crowd/graph.ts';
import { SOON } from '../support/patience.ts';
import { acknowledgeAll, type FailingCheck, failing, tick } from './alerting.ts';
import { at, crowd, faultsIn, inaccessible, open, openCrowd, origin, overflow, screenshot } from './browser.ts';

const verdict = '[data-verdict]:not([data-verdict="loading"])';
/** Each page of jobs is many reads of a table that all tests share. */
const ALL_JOBS = { timeout: 240_000, interval: 100 } as const;
type One = [FailingCheck];
type Two = [FailingCheck, FailingCheck];

it('says what needs somebody, as links, and counts it in the title and the icon', async () => {
  const [pager, nightly] = (await failing({ 'now-ledger-close': 'realtime', 'now-nightly': 'deferred' })) as Two;
  const page = await open('/console/');
  await page.locator('[data-verdict="trouble"]').waitFor();
  const row = page.locator('.alert-rows li').filter({ hasText: `${pager.name} failed` });
  await row.getByText('Urgent').waitFor();
  await expect.poll(() => page.title(), SOON).toMatch(/^\(\d+\) Now · flyball$/);
  expect(await page.locator('link[rel="icon"]').getAttribute('href')).toMatch(/^data:image\/svg\+xml,.*b3201f/);
  await page.getByRole('heading', { name: 'Can wait' }).waitFor();
  const waiting = page.locator('.alert-rows li').filter({ hasText: `${nightly.name} failed` });
  await waiting.getByText(/^Sent in/).waitFor();

  await row.getByRole('link').click();
  await page.getByRole('heading', { name: `${pager.name} failed` }).waitFor();
  expect(new URL(page.url()).pathname).toBe(`/console/alerts/${pager.alert}`);
  await page.goBack();
  await page.locator(verdict).waitFor();
});

it('is well once somebody has all that burns, within three seconds and by itself', async () => {
  const page = await open('/console/');
  await page.locator(verdict).waitFor();
  await vi.waitFor(async () => {
    await tick();
    await acknowledgeAll();
    const is = await page.locator(verdict).getAttribute('data-verdict', { timeout: 1_000 });
    expect(is).toBe('well');
  }, SOON);
  await page.getByText('All is well').waitFor();
  await expect.poll(() => page.title(), SOON).toBe('Now · flyball');
  await page.getByRole('heading', { name: 'In hand or silenced' }).waitFor();
  expect(await inaccessible(page)).toEqual([]);

  const [market] = (await failing({ 'now-market-open': 'high' })) as One;
  await page.locator('[data-verdict="trouble"]').waitFor();
  await page.getByText(`${market.name} failed`).waitFor();
  await admin('POST', `/v1/alerts/${market.alert}/ack`, {});
  const acknowledgedAt = performance.now();
  await vi.waitFor(async () => {
    expect(await page.locator('[data-verdict="trouble"]').count()).toBe(0);
  }, SOON);
  expect(performance.now() - acknowledgedAt).toBeLessThan(3_000);
});

it('does not take silence for health while the API is away, and comes back by itself', async () => {
  const page = await open('/console/');
  await page.locator(verdict).waitFor();
  faultsIn(page).expect(/Failed to load resource/);
  await page.route('**/v1/**', (route) => route.abort());
  await page.reload();
  await page.locator('[data-verdict="unknown"]').waitFor();
  await page.getByText('Nobody can know').waitFor();
  await expect.poll(() => page.title(), SOON).toBe('(?) Now · flyball');
  expect(await page.getByText('All is well').count()).toBe(0);
  expect(await inaccessible(page)).toEqual([]);

  await page.unroute('**/v1/**');
  await page.locator('[data-verdict="unknown"]').waitFor({ state: 'detached' });
});

it('says what the table’s absence leaves unknown, and keeps what it has seen', async () => {
  const page = await open('/console/');
  await page.locator(verdict).waitFor();
  await page.getByText(/\d+ services/).waitFor();
  faultsIn(page).expect(/Failed to load resource/);
  const gone = { code: 'STORE_UNAVAILABLE', status: 503, detail: 'The table does not answer; try again shortly.' };
  await page.route('**/v1/**', (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(gone) }),
  );
  // Trouble that was seen stays; that there was none does not.
  await page.getByText(/does not answer: what stands here may be over/).waitFor();
  expect(await page.locator('.headline', { hasText: 'All is well' }).count()).toBe(0);
  await page.getByText(/\d+ services/).waitFor();
  await page.unroute('**/v1/**');
  await page.getByText(/does not answer: what stands here may be over/).waitFor({ state: 'detached' });
});

it('does not take for health what it saw an hour ago, when the machine has slept', async () => {
  const page = await open('/console/config.json');
  // The icon of what is no page.
  faultsIn(page).expect(/favicon/);
  await page.clock.install();
  await page.goto(`${origin}/console/`);
  await page.locator(verdict).waitFor();
  const area = page.getByRole('link', { name: /^Alert rules/ });
  await area.getByText('well').waitFor();
  // Nobody answers at first: the network comes back later than the machine.
  let comeBack = () => {};
  const back = new Promise<void>((resolve) => (comeBack = resolve));
  await page.route('**/v1/**', (route) => back.then(() => route.continue()));
  await page.clock.fastForward('01:00:00');
  await area.getByText('not known').waitFor();
  expect(await page.locator('.headline', { hasText: 'All is well' }).count()).toBe(0);
  comeBack();
  await area.getByText('well').waitFor();
});

it('tells of a pause, without anybody being needed for it', async () => {
  const paused = { priority: 'sheddable', for: '10m', reason: 'a test of the console', services: ['thumbnails'] };
  expect((await admin('POST', '/v1/shed', paused)).body).toMatchObject({ reached: 1 });
  try {
    const page = await open('/console/');
    const row = page.locator('.alert-rows li').filter({ hasText: 'thumbnails refuses what is sheddable' });
    await row.getByText('a test of the console').waitFor();
    expect(await row.getByRole('link').getAttribute('href')).toBe('/console/services/thumbnails');
  } finally {
    await admin('DELETE', '/v1/shed?services=thumbnails');
  }
});

it('shows what would turn its line round as it is written', async () => {
  // The closing mark within ends whatever isolates the text.
  const [check] = (await failing({ 'now-turned': 'high' }, 'Error: no \u2069\u202etxt')) as One;
  const page = await open(`/console/alerts/${check.alert}`);
  await page.getByText('Error: no \\u2069\\u202etxt').first().waitFor();
  expect(await page.locator('body').innerText()).not.toMatch(/[\u202e\u2069]/);
  await admin('POST', `/v1/alerts/${check.alert}/ack`, {});
});

it('asks for nothing service by service, however many there are', async () => {
  const page = await open('/console/');
  await page.getByText(/\d+ services/).waitFor();
  const asked = faultsIn(page).requested.map((address) => new URL(address).pathname);
  expect(asked.filter((path) => /^\/v1\/services\/./.test(path))).toEqual([]);
  expect(asked.filter((path) => path.startsWith('/v1/telemetry/coverage'))).toHaveLength(1);
});

it('counts what fails of all jobs, of which no answer has more than a part', async () => {
  const { http } = await crowd();
  const page = await openCrowd('/console/config.json', { of: 'team' });
  // The icon of what is no page.
  faultsIn(page).expect(/favicon/);
  const answers: { readonly jobs: readonly { readonly status: string }[]; readonly cursor?: string }[] = [];
  page.on('response', (response) => {
    if (response.ok() && response.url().includes('/v1/jobs?'))
      void response.json().then((answer) => answers.push(answer as (typeof answers)[number]));
  });
  await page.goto(`${http}/console/`);
  await page.getByText(`${String(TEAM.length)} services`).waitFor();
  await expect.poll(() => answers.some(({ cursor }) => cursor === undefined), ALL_JOBS).toBe(true);
  expect(answers.length).toBeGreaterThan(1);
  const failing = answers.flatMap(({ jobs }) => jobs).filter(({ status }) => status !== 'late').length;
  expect(failing).toBeGreaterThan(0);
  await page.getByText(`${String(failing)} need you`).waitFor();
  expect(await page.title()).toBe(`(${String(failing)}) Now · flyball`);
  expect(await overflow(page)).toBe(0);
});

it('is whole on a telephone, in Chinese, and for who sees by other means', async () => {
  const page = await open('/console/', { width: 360, language: 'zh-CN' });
  await page.getByRole('heading', { name: '监控范围' }).waitFor();
  await page.locator(verdict).waitFor();
  expect(await overflow(page)).toBe(0);
  expect(await inaccessible(page)).toEqual([]);
  await at(page, 1920);
  expect(await overflow(page)).toBe(0);

  const english = await open('/console/');
  await english.locator(verdict).waitFor();
  await english.getByText(/\d+ services/).waitFor();
  await screenshot(english, 'now');
});
