// Now in Chromium: one look says whether anything needs anybody, the title counts it, and what cannot be known is not taken for health.
import { expect, it, vi } from 'vitest';
import { admin } from '../e2e/client.ts';
import { SOON } from '../support/patience.ts';
import { acknowledgeAll, type FailingCheck, failing, tick } from './alerting.ts';
import { at, faultsIn, inaccessible, open, overflow, screenshot } from './browser.ts';

const verdict = '[data-verdict]:not([data-verdict="loading"])';
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

it('asks for nothing service by service, however many there are', async () => {
  const page = await open('/console/');
  await page.getByText(/\d+ services/).waitFor();
  const asked = faultsIn(page).requested.map((address) => new URL(address).pathname);
  expect(asked.filter((path) => /^\/v1\/services\/./.test(path))).toEqual([]);
  expect(asked.filter((path) => path.startsWith('/v1/telemetry/coverage'))).toHaveLength(1);
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
