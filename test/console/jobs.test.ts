// Jobs in Chromium: found in the list, made with their schedule shown, pinged, paused, acknowledged, started and deleted.
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { admin, request } from '../e2e/client.ts';
import { SOON } from '../support/patience.ts';
import { openAlerts, tick } from './alerting.ts';
import { at, faultsIn, inaccessible, open, openCrowd, overflow, screenshot } from './browser.ts';
import { workOf } from './main-thread.ts';

/** Page by page, of a table that has each job and its runs. */
const ARRIVED_WITHIN_MS = 600_000;

interface Made {
  readonly id: string;
  readonly uuid: string;
}

async function made(name: string, settings: object = {}, service = 'orders'): Promise<Made> {
  const slug = name.toLowerCase().replaceAll(' ', '-');
  const body = { name, slug, timeout: 3_600, grace: 60, unique: ['slug'], ...settings };
  const check = await admin('POST', `/api/v3/checks/?service=${service}`, body);
  const uuid = String(check.body['uuid']);
  return { uuid, id: String((await admin('GET', `/v1/jobs/${uuid}`)).body['id']) };
}

const ping = (uuid: string, what = '', body?: string) =>
  request(body === undefined ? 'GET' : 'POST', `/ping/${uuid}${what}`, body);

let backup: Made;
let broken: Made;

beforeAll(async () => {
  backup = await made('Jobs backup', { tags: 'jobs-tag db' });
  await made('Jobs statement', {}, 'payments');
  broken = await made('Jobs export', { schedule: '30 6 * * 1-5', tz: 'Europe/Berlin', tags: 'jobs-tag' });
  for (let i = 0; i < 3; i++) {
    await ping(backup.uuid, '/start');
    await ping(backup.uuid, '', `wrote ${i} files`);
  }
  await ping(broken.uuid, '/2', 'disk full <b>now</b>');
});

describe('the list', () => {
  it('has jobs and checks, narrowed by an address that can be shared', async () => {
    const page = await open('/console/jobs');
    const table = page.getByRole('table', { name: 'Jobs' });
    const row = (name: string) => table.getByRole('row').filter({ hasText: name });
    await row('nightly-settlement').getByText('daily at 02:00').waitFor();
    await row('Jobs export').getByText('06:30, Mon–Fri').waitFor();
    await row('Jobs backup')
      .getByRole('img', { name: /Durations of the last \d+ runs/ })
      .waitFor();
    await row('Jobs backup')
      .getByText(/^in (1 h|\d+ min)$/)
      .waitFor();

    await page.getByLabel('Tag', { exact: true }).selectOption('jobs-tag');
    await page.getByRole('button', { name: /^failed/ }).click();
    await row('Jobs backup').waitFor({ state: 'detached' });
    await row('Jobs export').waitFor();
    expect(new URL(page.url()).search).toBe('?tag=jobs-tag&status=failed');
    await page.reload();
    await row('Jobs export').waitFor();
    expect(await row('nightly-settlement').count()).toBe(0);

    await row('Jobs export').getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: 'Jobs export' }).waitFor();
    await page.goBack();
    await row('Jobs export').waitFor();
    expect(new URL(page.url()).search).toBe('?tag=jobs-tag&status=failed');
  });
});

describe('the owner of a check', () => {
  it('is that of its service: whoever looks for what is theirs finds it', async () => {
    const page = await open('/console/jobs');
    const table = page.getByRole('table', { name: 'Jobs' });
    const row = (name: string) => table.getByRole('row').filter({ hasText: name });
    await row('Jobs statement').getByText('team-payments').waitFor();
    await page.getByLabel('Owner', { exact: true }).selectOption('team-payments');
    await row('Jobs backup').waitFor({ state: 'detached' });
    await row('Jobs statement').waitFor();
  });
});

describe('a check', () => {
  it('is made with its schedule shown as it is written, and says how it is pinged', async () => {
    const page = await open('/console/jobs/new', { width: 1280 });
    // What cannot be read is said by the API.
    faultsIn(page).expect(/422/);
    // All that has to be filled in is said at once; the caret is in the first of it.
    const service = page.getByRole('combobox', { name: 'Service' });
    await page.getByRole('button', { name: 'Make the check' }).click();
    const missing = page.getByText('Fill this in.');
    await expect.poll(() => missing.count(), SOON).toBe(2);
    await expect.poll(() => service.evaluate((field) => field === document.activeElement), SOON).toBe(true);
    expect(await service.getAttribute('aria-required')).toBe('true');
    await service.fill('orders');
    await expect.poll(() => missing.count(), SOON).toBe(1);
    await page.getByLabel('Name').fill('Jobs made here');
    await missing.waitFor({ state: 'detached' });
    await page.getByLabel('By a schedule').check();
    const preview = page.getByRole('region', { name: 'What the schedule means' });
    const schedule = page.getByRole('textbox', { name: 'Schedule', exact: true });
    await schedule.fill('61 2 * * *');
    await preview.getByText('the minute cannot be 61').waitFor();
    await schedule.fill('30 2 * * *');
    await page.getByLabel('Time zone').fill('Asia/Tokyo');
    await preview.getByText('at 02:30, Asia/Tokyo').waitFor();
    // 02:30 in Tokyo is 17:30 for a viewer in UTC.
    await preview
      .getByRole('cell', { name: /02:30$/ })
      .first()
      .waitFor();
    expect(await preview.getByRole('cell', { name: /17:30$/ }).count()).toBe(5);

    await page.getByText('None: whoever owns its service is told.').waitFor();
    await page.getByRole('checkbox', { name: 'anybody-hook' }).check();
    await page.getByText('None: whoever owns its service is told.').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Make the check' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Jobs made here' }).waitFor();
    const address = page.getByLabel('Address', { exact: true });
    await address.waitFor();
    const uuid = /\/ping\/([0-9a-f-]{36})/.exec(await address.innerText())?.[1] ?? '';
    expect(uuid).not.toBe('');
    expect(page.url()).not.toContain(uuid);
    expect(await page.getByLabel('cron', { exact: true }).innerText()).toMatch(/^30 2 \* \* \* /);
    await page.getByText('which has to be that of Asia/Tokyo').waitFor();
    expect((await admin('GET', `/v1/jobs/${uuid}`)).body['channels']).toEqual(['anybody-hook']);
    await page.getByText('Nothing has happened yet.').waitFor();

    await ping(uuid, '/start');
    await ping(uuid, '', 'said <i>so</i>');
    await page.locator('.event.ping').filter({ hasText: 'success' }).waitFor();
    await page.locator('.event.change').filter({ hasText: 'up' }).waitFor();
    await page.getByRole('button', { name: 'Body, 14 B' }).click();
    await page.getByRole('dialog').getByText('said <i>so</i>').waitFor();
    expect(new URL(page.url()).searchParams.get('ping')).toBe('2');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    await page.getByLabel('Name').fill('Jobs made again');
    await page.getByRole('checkbox', { name: 'anybody-hook' }).uncheck();
    await page.getByText('None: nobody is told, unless a route says so.').waitFor();
    await page.getByRole('checkbox', { name: 'team-orders-hook' }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Jobs made again' }).waitFor();
    await page.getByText('team-orders-hook').waitFor();
    expect((await admin('GET', `/v1/jobs/${uuid}`)).body['channels']).toEqual(['team-orders-hook']);

    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete Jobs made again?' });
    expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
    await dialog.getByLabel(/^Write/).fill('Jobs made again');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Jobs made again is deleted.').waitFor();
    expect((await admin('GET', `/v1/jobs/${uuid}`)).status).toBe(404);
  });

  it('that failed says why, and is acknowledged and paused with a reason', async () => {
    const page = await open(`/console/jobs/${broken.id}`, { width: 360 });
    // Before anybody scrolls: what failed, and since when; once there is an alert, the first lines and who was told.
    const note = page.locator('.note.bad');
    await note.getByText('Failed:').waitFor();
    await vi.waitFor(async () => {
      await tick();
      expect(await openAlerts()).toContainEqual(expect.objectContaining({ name: 'Jobs export' }));
    }, SOON);
    await note.getByText('disk full <b>now</b>').waitFor();
    await note.getByRole('link', { name: 'Jobs export failed with exit status 2' }).waitFor();
    const box = await note.boundingBox();
    expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThanOrEqual(800);
    await at(page, 1280);
    await page.getByText('exit status 2').first().waitFor();
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    const asked = page.getByRole('dialog', { name: 'Acknowledge Jobs export?' });
    await asked.getByRole('button', { name: 'Acknowledge' }).click();
    await asked.getByText('Say why.').waitFor();
    await asked.getByLabel('Reason').fill('the disk is being cleaned');
    await asked.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText(/^Acknowledged by .*: the disk is being cleaned/).waitFor();

    await page.getByRole('button', { name: 'Pause' }).click();
    const pausing = page.getByRole('dialog', { name: 'Pause Jobs export?' });
    await pausing.getByLabel('Reason').fill('until the disk is bigger');
    await pausing.getByRole('button', { name: 'Pause' }).click();
    await page.locator('.head').getByText('paused').waitFor();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
  });
});

describe('a declared job', () => {
  it('shows its runs, what it is held to and when it comes next, and is started by hand', async () => {
    const page = await open('/console/jobs/settlement:nightly-settlement');
    await page
      .locator('.moments')
      .getByRole('cell', { name: /02:00$/ })
      .first()
      .waitFor();
    expect(
      await page
        .locator('.moments')
        .getByRole('cell', { name: /02:00$/ })
        .count(),
    ).toBe(5);
    await page.getByText('5 minutes').first().waitFor();
    expect(await page.getByRole('link', { name: 'Edit in the rules' }).getAttribute('href')).toBe(
      '/console/rules/settlement?at=%2Fjobs%2Fnightly-settlement',
    );
    await page.locator('.event.run summary').first().waitFor();
    await page.getByRole('button', { name: 'Start' }).click();
    const dialog = page.getByRole('dialog', { name: 'Start nightly-settlement now?' });
    await dialog.getByLabel('Reason').fill('the file came late');
    await dialog.getByRole('button', { name: 'Start' }).click();
    const started = page.locator('.event.run').filter({ hasText: 'started by' }).first();
    await started.waitFor();
    await started.locator('summary').click();
    await started.getByText('the file came late').waitFor();
    expect(new URL(page.url()).searchParams.get('run')).not.toBe(null);
  });
});

describe('ten thousand jobs', () => {
  it(
    'are scrolled, searched and sorted without a frame of more than 50 ms of work',
    { timeout: 2 * ARRIVED_WITHIN_MS },
    async () => {
      const page = await openCrowd('/console/jobs');
      await page.getByText('10,000 of 10,000', { exact: true }).waitFor({ timeout: ARRIVED_WITHIN_MS });
      const table = page.getByRole('table', { name: 'Jobs' });
      expect(await table.getAttribute('aria-rowcount')).toBe('10001');
      // What is wrong stands above all others, whichever page it came with.
      expect(await table.getByRole('row').nth(1).innerText()).toContain('failed');

      const scrolling = await workOf(page, () => scrolledThrough(table));
      expect(scrolling.result).toBeGreaterThan(900);
      expect(scrolling.tasks.length).toBeGreaterThan(scrolling.result);
      expect(await table.locator('[aria-rowindex="10001"]').count()).toBe(1);
      expect(await table.getByRole('row').count()).toBeLessThan(100);
      const sorting = await workOf(page, async () => {
        await table.getByRole('button', { name: 'Job', exact: true }).click();
        await table.locator('[aria-sort="ascending"]').getByText('Job').waitFor();
      });
      const searching = await workOf(page, async () => {
        await page.getByRole('searchbox').pressSequentially('settle');
        await page.getByText('10,000 of 10,000', { exact: true }).waitFor({ state: 'detached' });
      });
      const longest = Object.entries({ scrolling, sorting, searching }).map(
        ([act, { tasks }]) => [act, Math.max(...tasks.map(({ ownMs }) => ownMs))] as const,
      );
      process.stdout.write(
        `10,000 jobs, longest task: ${longest.map(([act, ms]) => `${act} ${ms.toFixed(1)} ms`).join(', ')}\n`,
      );
      expect(longest.filter(([, ms]) => ms >= 50)).toEqual([]);
    },
  );
});

/** From the first job to the last, ten more in each frame; tells how many frames that were. */
const scrolledThrough = (table: Locator) =>
  table.evaluate(async (element) => {
    const height = element.scrollHeight;
    let frames = 0;
    for (let top = 0; top <= height; top += 10 * 38) {
      element.scrollTop = top;
      await new Promise(requestAnimationFrame);
      frames += 1;
    }
    return frames;
  });

describe('the screen', () => {
  it('fits a telephone and a wall, is for everybody, and speaks Chinese', async () => {
    const page = await open('/console/jobs?tag=jobs-tag', { width: 360 });
    await page.getByRole('link', { name: 'Jobs backup' }).waitFor();
    expect(await overflow(page)).toBe(0);
    expect(await inaccessible(page)).toEqual([]);

    await page.goto(new URL('/console/jobs/new', page.url()).href);
    await page.getByLabel('By a schedule').check();
    await page.getByText('at 02:00, UTC').waitFor();
    expect(await overflow(page)).toBe(0);
    expect(await inaccessible(page)).toEqual([]);

    await page.goto(new URL(`/console/jobs/${backup.id}`, page.url()).href);
    await page.locator('.event').first().waitFor();
    await page.locator('.chart canvas').waitFor();
    expect(await overflow(page)).toBe(0);
    expect(await inaccessible(page)).toEqual([]);
    await at(page, 1920);
    expect(await overflow(page)).toBe(0);
    await screenshot(page, 'jobs');

    const chinese = await open(`/console/jobs/${backup.id}`, { language: 'zh-CN' });
    await chinese.getByRole('heading', { name: '发生了什么' }).waitFor();
    await chinese.getByText('每小时').waitFor();
  });
});
