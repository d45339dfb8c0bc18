// Alerts in Chromium: what burns and what is held, one alert and why it was told to whom, acknowledged, sent now, silenced.
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { admin } from '../e2e/client.ts';
import { SOON } from '../support/patience.ts';
import { type FailingCheck, failing, openAlerts, tick } from './alerting.ts';
import { at, faultsIn, inaccessible, open, overflow, screenshot } from './browser.ts';

let urgent: FailingCheck;
let high: FailingCheck;
let held: FailingCheck;

beforeAll(async () => {
  const checks = { 'alerts-urgent': 'realtime', 'alerts-high': 'high', 'alerts-held': 'deferred' } as const;
  [urgent, high, held] = (await failing(checks)) as [FailingCheck, FailingCheck, FailingCheck];
});

const summaryOf = ({ name }: FailingCheck) => `${name} failed`;

describe('the lists', () => {
  it('have what fires, the most severe first, narrowed by an address that can be shared', async () => {
    const page = await open('/console/alerts?kind=check&service=default');
    const rows = page.locator('.alert-rows li');
    await rows.filter({ hasText: summaryOf(held) }).waitFor();
    const texts = await rows.allInnerTexts();
    const place = (check: FailingCheck) => texts.findIndex((text) => text.includes(check.name));
    expect([place(urgent), place(high), place(held)]).toEqual(
      [place(urgent), place(high), place(held)].toSorted((a, b) => a - b),
    );
    expect(texts.every((text) => text.includes('default/'))).toBe(true);

    await page.getByLabel('Severity').selectOption('high');
    await rows.filter({ hasText: summaryOf(urgent) }).waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('?kind=check&service=default&severity=high');
  });

  it('have what is held, with the time until it is sent', async () => {
    const page = await open('/console/alerts?status=held');
    const row = page.locator('.alert-rows li').filter({ hasText: summaryOf(held) });
    await row.getByText(/^Sent in (\d+ h \d+ min|\d+ h|\d+ min|\d+ min \d+ s|\d+ s)$/).waitFor();
    await row.getByRole('button', { name: 'Send now' }).waitFor();
    expect(
      await page
        .locator('.alert-rows li')
        .filter({ hasText: summaryOf(high) })
        .count(),
    ).toBe(0);

    // The page's clock alone: the hour has come, and the tick has not.
    const countdown = row.locator('time').filter({ hasText: 'Sent in' });
    const sentAt = Date.parse((await countdown.getAttribute('datetime')) ?? '');
    await page.clock.setFixedTime(sentAt + 1);
    await row.getByText('Sent with the next tick').waitFor();
  });
});

describe('an alert', () => {
  it('says all that is known of it: the exception, what holds it, and why each channel was told or not', async () => {
    const page = await open(`/console/alerts/${held.alert}`);
    await page.getByText('Error: no disk').waitFor();
    await page.getByRole('heading', { name: 'Held back' }).waitFor();
    await page.getByText(/^held until 08:00 UTC/).waitFor();
    await page.getByRole('link', { name: 'Who was told' }).click();
    await page.getByText('Not told: anybody-hook.').waitFor();
    await page.getByText('decides', { exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/console/alerts/${held.alert}/why`);
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('Fired').waitFor();
    expect(await inaccessible(page)).toEqual([]);

    const told = await open(`/console/alerts/${urgent.alert}/why`);
    await told.getByText('Told: anybody-hook.').waitFor();
  });

  it('is acknowledged until a time and with a note, and taken back, by keyboard alone', async () => {
    const page = await open(`/console/alerts/${high.alert}`);
    await page.getByRole('button', { name: 'Acknowledge' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Acknowledge' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Acknowledge' }).press('Enter');
    await dialog.getByLabel('Until').selectOption('4h');
    await dialog.getByLabel('Note').fill('we are on it');
    expect(await inaccessible(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Acknowledge' }).press('Enter');
    await page.getByRole('blockquote').getByText('we are on it').waitFor();
    const { body } = await admin('GET', `/v1/alerts/${high.alert}`);
    expect(body['acknowledged']).toMatchObject({ reason: 'we are on it', until: expect.any(String) as string });

    await page.getByRole('button', { name: 'Take back' }).press('Enter');
    await page.getByRole('button', { name: 'Acknowledge' }).waitFor();
  });

  it('that is held is sent now, once somebody has said why', async () => {
    const page = await open(`/console/alerts/${held.alert}`);
    await page.getByRole('button', { name: 'Send now' }).click();
    const dialog = page.getByRole('dialog', { name: 'Send now' });
    await dialog.getByRole('button', { name: 'Send now' }).click();
    await dialog.getByText('Say why.').waitFor();
    await dialog.getByLabel('Reason').fill('the market opens early');
    await dialog.getByRole('button', { name: 'Send now' }).click();
    await dialog.waitFor({ state: 'detached' });
    await vi.waitFor(async () => {
      await tick();
      const alert = (await openAlerts()).find(({ id }) => id === held.alert);
      expect(alert?.told).toEqual(['anybody-hook']);
    }, SOON);
    await page.getByRole('cell', { name: 'told' }).waitFor();
  });

  it('that is not there is said not to be', async () => {
    const page = await open(`/console/alerts/${'0'.repeat(32)}-1`);
    faultsIn(page).expect(/404/);
    await page.getByText('There is no such alert, or it is long over.').waitFor();
  });
});

describe('a silence', () => {
  it('is filled in from an alert, says what it fits, keeps it quiet, and is ended', async () => {
    const page = await open(`/console/alerts/${urgent.alert}`);
    await page.getByRole('link', { name: 'Silence…' }).click();
    expect(await page.getByLabel('Name').inputValue()).toBe(urgent.name);
    await page.getByText(/^Fits 1 of \d+ alerts/).waitFor();
    await page.getByRole('button', { name: 'Silence', exact: true }).click();
    await page.getByText('Say why.').waitFor();
    await page.getByLabel('Reason').fill('the disk is being changed');
    expect(await inaccessible(page)).toEqual([]);
    await page.getByRole('button', { name: 'Silence', exact: true }).click();
    const row = page.locator('.lines li').filter({ hasText: urgent.name });
    await row.getByText('Holds').waitFor();
    // For two hours, of which hardly any has passed: it does not end soon.
    await row.getByText(/^(2 h|1 h 5\d min) left$/).waitFor();
    expect(new URL(page.url()).pathname).toBe('/console/alerts/silences');

    await page.getByRole('link', { name: 'Silenced' }).click();
    await page
      .locator('.alert-rows li')
      .filter({ hasText: summaryOf(urgent) })
      .getByText('Silenced', { exact: true })
      .waitFor();
    await page.goBack();

    await row.getByRole('button', { name: 'End' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End' }).click();
    await row.waitFor({ state: 'detached' });
  });
});

it('lets a viewer look, and says which role acting takes', async () => {
  const { body } = await admin('POST', '/v1/keys', { name: 'alerts viewer', role: 'viewer', for: '1d' });
  const page = await open(`/console/alerts/${high.alert}`, { token: String(body['key']) });
  const acknowledge = page.getByRole('button', { name: 'Acknowledge' });
  await acknowledge.waitFor();
  await expect.poll(() => acknowledge.isDisabled(), SOON).toBe(true);
  expect(await acknowledge.getAttribute('title')).toContain('editor');
});

it('has what was lost, and the week’s report, whose sorting is in the address', async () => {
  const page = await open('/console/alerts/deliveries');
  await page.locator('.empty, .lines').first().waitFor();
  expect(await inaccessible(page)).toEqual([]);
  await page.getByRole('link', { name: "Week's report" }).click();
  await page.getByRole('table').getByText(urgent.name).waitFor();
  await page.getByRole('button', { name: 'Fired' }).click();
  expect(new URL(page.url()).search).toBe('?sort=fired');
  expect(await inaccessible(page)).toEqual([]);
});

it('is whole on a telephone and in Chinese', async () => {
  const page = await open('/console/alerts', { width: 360, language: 'zh-CN' });
  await page.getByText(summaryOf(urgent)).waitFor();
  expect(await overflow(page)).toBe(0);
  expect(await inaccessible(page)).toEqual([]);
  await at(page, 1920);
  expect(await overflow(page)).toBe(0);

  const one = await open(`/console/alerts/${held.alert}`, { width: 360 });
  await one.getByText('Error: no disk').waitFor();
  expect(await overflow(one)).toBe(0);
  await screenshot(one, 'alert');
  const list = await open('/console/alerts');
  await list.getByText(summaryOf(urgent)).waitFor();
  await screenshot(list, 'alerts');
});
