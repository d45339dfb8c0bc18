// The screen Services: all of them, and one with its breakers, limits, fleet, objectives and traffic; a drawn limit becomes a draft.
import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { admin, request, world } from '../e2e/client.ts';
import { SOON } from '../support/patience.ts';
import { SERVICES } from '../crowd/graph.ts';
import { at, faultsIn, inaccessible, open, openCrowd, overflow, screenshot, WIDTHS } from './browser.ts';
import { workOf } from './main-thread.ts';

const OWN = 'services-screen';
/** Requests are counted by the minute, and merged some minutes later; a world may have just begun. */
const COUNTED = { timeout: 600_000, interval: 500 } as const;
const LONG = { timeout: 900_000 } as const;
const DRAFT = [
  '# What the shop keeps to.',
  'apiVersion: flyball/v1',
  `service: ${OWN}`,
  'owner: team-screens',
  'resources:',
  '  list: { match: { trigger: http, method: GET, path: /list } } # read only',
  'throttles:',
  '  per-caller: { key: ["header:x-caller"], limit: 5/s }',
  '  monthly: { key: [client], algorithm: fixed-window, limit: 1M/month }',
  'concurrency:',
  '  writers: { limit: 5 }',
  'dependencies:',
  '  stock: { breaker: { window: { time: 10s, minimumCalls: 5 }, failureRate: 50% } }',
  'slos:',
  '  answered: { objective: 99% }',
  '',
].join('\n');

/** The service stands as it is written above, whatever a test has made of its draft or of its breaker. */
const published = () => vi.waitFor(publishedOnce, SOON);

async function publishedOnce(): Promise<void> {
  const put = await request('PUT', `/v1/services/${OWN}/draft`, DRAFT, {
    authorization: `Bearer ${world.adminToken}`,
    'content-type': 'application/yaml',
  });
  expect(put.status).toBeLessThan(300);
  const { status } = await admin('GET', `/v1/services/${OWN}/rules`);
  if (status === 200) {
    const breaker = `/v1/services/${OWN}/breakers/stock`;
    if ((await admin('GET', breaker)).body['state'] === 'CLOSED') return;
    await admin('POST', `${breaker}/force`, { state: null, reason: 'a test begins' });
    return;
  }
  expect(await admin('POST', `/v1/services/${OWN}/publish`, { note: 'to be seen' })).toMatchObject({ status: 200 });
}

/** Nothing that a narrow page or a screen reader stumbles over. */
async function fits(page: Page): Promise<void> {
  for (const width of WIDTHS) {
    await at(page, width);
    expect(await overflow(page)).toBe(0);
  }
  expect(await inaccessible(page)).toEqual([]);
}

it('lists services; what is looked for and how it is sorted stands in the address', async () => {
  await published();
  const page = await open('/console/services');
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'orders', exact: true }) });
  await row.getByText('team-orders').waitFor();
  await page.getByRole('searchbox').fill('team-screens');
  await page.getByRole('link', { name: OWN }).waitFor();
  await vi.waitFor(
    async () => expect(await page.getByRole('link', { name: 'orders', exact: true }).count()).toBe(0),
    SOON,
  );
  await page.getByRole('button', { name: 'Service' }).click();
  expect(page.url()).toContain('q=team-screens');
  expect(page.url()).toContain('sort=service');
  await page.getByRole('searchbox').fill('no such service');
  await page.getByText('No service is like that.').waitFor();
  await page.getByRole('searchbox').fill('');
  // However many there are: their traffic comes in pictures of the whole cell.
  const { requested } = faultsIn(page);
  expect(requested.some((url) => url.includes('/v1/telemetry/topology'))).toBe(true);
  expect(requested.filter((url) => url.includes('/v1/telemetry/series'))).toEqual([]);
  await fits(page);
});

it('lists four hundred: found by name and owner, and scrolled without a frame over 50 ms', LONG, async () => {
  const page = await openCrowd('/console/services');
  const count = (shown: number) =>
    page.getByText(`${String(shown)} of ${String(SERVICES.length)}`, { exact: true }).waitFor();
  await count(SERVICES.length);
  const table = page.getByRole('table', { name: 'Services' });
  expect(await table.getAttribute('aria-rowcount')).toBe(String(SERVICES.length + 1));
  // What they take in is there too, of all of them: nothing more is to come while it is measured.
  await expect.poll(() => table.getByText(/^[\d.,]+\/s$/).count(), SOON).toBeGreaterThan(5);
  await page.getByRole('button', { name: 'Service', exact: true }).click();
  await table.getByRole('row').nth(1).getByText('alarms-api', { exact: true }).waitFor();
  const { result: frames, tasks } = await workOf(page, () =>
    table.evaluate(async (element) => {
      let frame = 0;
      for (; (frame - 1) * 76 <= element.scrollHeight; frame += 1) {
        element.scrollTop = frame * 76;
        await new Promise(requestAnimationFrame);
      }
      return frame;
    }),
  );
  const longestMs = Math.max(...tasks.map(({ ownMs }) => ownMs));
  process.stdout.write(`scrolling 400 services: the longest task took ${longestMs.toFixed(1)} ms\n`);
  expect(frames).toBeGreaterThan(190);
  expect(tasks.length).toBeGreaterThan(frames);
  expect(longestMs).toBeLessThan(50);
  await table.getByText('venues-worker', { exact: true }).waitFor();
  expect(await table.getByRole('row').count()).toBeLessThan(60);

  await page.getByRole('searchbox').fill('team-orders');
  await count(10);
  await page.getByRole('searchbox').fill('orders-api');
  await count(1);
  await page.getByRole('link', { name: 'orders-api', exact: true }).waitFor();
  await page.getByRole('searchbox').fill('');
  await page.getByLabel('Owner').selectOption('team-tickets');
  await count(10);
  await at(page, 360);
  expect(await overflow(page)).toBe(0);
  // No service is asked by itself, and what has not changed is not sent again.
  const { requested } = faultsIn(page);
  expect(requested.filter((url) => /\/v1\/services\/./.test(url))).toEqual([]);
});

it('forces a breaker for a time and for a reason, and releases it', async () => {
  await published();
  const page = await open(`/console/services/${OWN}/breakers`);
  const card = page.getByRole('region', { name: 'stock' });
  await card.getByText('Closed', { exact: true }).waitFor();
  await card.getByRole('button', { name: 'Force open' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Force open' }).click();
  await dialog.getByText('Say why.').waitFor();
  await dialog.getByLabel('It ends after').selectOption('2h');
  await dialog.getByLabel('Reason').fill('the stock is being counted');
  expect(await inaccessible(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Force open' }).click();
  await card.getByText('Forced open', { exact: true }).waitFor();
  await card.getByText('the stock is being counted').first().waitFor();
  const breaker = await admin('GET', `/v1/services/${OWN}/breakers/stock`);
  expect(breaker.body).toMatchObject({ state: 'FORCED_OPEN', forced: { reason: 'the stock is being counted' } });
  await card.getByRole('button', { name: 'Show transitions' }).click();
  await card.getByRole('listitem').filter({ hasText: 'Closed → Forced open' }).first().waitFor();
  await card.getByRole('button', { name: 'Release' }).click();
  await dialog.getByLabel('Reason').fill('it is counted');
  await dialog.getByRole('button', { name: 'Release' }).click();
  await card.getByRole('button', { name: 'Release' }).waitFor({ state: 'detached' });
  await card.getByText('Closed', { exact: true }).first().waitFor();
  await fits(page);
});

it('shows what is done without the role to act as a button that says which role it takes', async () => {
  await published();
  const key = await admin('POST', '/v1/keys', { name: 'services-screen-viewer', role: 'viewer' });
  const page = await open(`/console/services/${OWN}/breakers`, {
    token: String(key.body['secret'] ?? key.body['key']),
  });
  const button = page.getByRole('button', { name: 'Force open' });
  await vi.waitFor(async () => expect(await button.isDisabled()).toBe(true), SOON);
  expect(await button.getAttribute('title')).toBe('Needs the role publisher');
  // A touch screen shows no title.
  await page.getByText('Needs the role publisher', { exact: true }).waitFor();
  await button.click({ force: true });
  await page.locator('.toasts').getByText('Needs the role publisher').waitFor();
});

it('shows limits: throttles with how they stand for a key, quotas, concurrency', async () => {
  await published();
  const page = await open(`/console/services/${OWN}/limits`);
  const card = page.getByRole('region', { name: 'per-caller' });
  await card.getByText('5/s').first().waitFor();
  await card.getByLabel('Value of header:x-caller').fill('ada');
  await card.getByRole('button', { name: 'How does it stand?' }).click();
  await card.getByText(/5 left of 5\/s/).waitFor();
  // A header's value may be a secret.
  expect(page.url()).not.toContain('ada');
  await page.getByRole('region', { name: 'monthly' }).getByText('1M/month').first().waitFor();
  await page.getByRole('region', { name: 'writers' }).waitFor();
  await fits(page);
});

it('says of a service that there is none, and leads back', async () => {
  const page = await open('/console/services/no-such-service');
  faultsIn(page).expect(/404/);
  await page.getByText('There is no service no-such-service.').waitFor();
  await page.getByRole('main').getByRole('link', { name: 'Services' }).click();
  await page.getByRole('heading', { name: 'Services' }).waitFor();
});

it('is no wider than a telephone, however long its names are', async () => {
  const long = (name: string) => name.padEnd(63, 'x');
  const [service, rule] = [long('services-screen-long-').slice(0, 59), long('long-')];
  const document = {
    ...{ apiVersion: 'flyball/v1', service, owner: long('team-') },
    resources: { [rule]: { match: { trigger: 'http', method: 'GET', path: `/${long('')}` } } },
    throttles: { [rule]: { key: [`header:${long('x-')}`], limit: '5/s', resources: [rule] } },
    dependencies: { [rule]: { breaker: { window: { time: '10s', minimumCalls: 5 }, failureRate: '50%' } } },
    slos: { [rule]: { objective: '99%', resources: [rule] } },
  };
  expect(await admin('PUT', `/v1/services/${service}/draft`, document)).toMatchObject({ status: 200 });
  expect(await admin('POST', `/v1/services/${service}/publish`, {})).toMatchObject({ status: 200 });
  for (const [view, shown] of [
    ['', rule],
    ['/breakers', rule],
    ['/limits', rule],
    ['/slos', rule],
    ['-not', `There is no service ${service}-not.`],
  ] as const) {
    const page = await open(`/console/services/${service}${view}`, { width: 360 });
    faultsIn(page).expect(/404/);
    await page.getByText(shown).locator('visible=true').first().waitFor();
    expect([view, await overflow(page)]).toEqual([view, 0]);
  }
});

it('makes a limit that is drawn a rule of the draft, which stays as its author wrote it', async () => {
  await published();
  const page = await open(`/console/services/${OWN}?resource=list`);
  faultsIn(page).expect(/404/);
  await page.getByText('Rules that hold here').waitFor();
  await page.getByRole('button', { name: 'Draw a limit' }).click();
  const line = page.getByRole('slider', { name: 'Limit, requests a second' });
  await line.waitFor();
  const first = Number(await line.getAttribute('aria-valuenow'));
  await line.focus();
  await page.keyboard.press('ArrowUp');
  await vi.waitFor(async () => expect(Number(await line.getAttribute('aria-valuenow'))).toBeGreaterThan(first), SOON);
  const [box, was] = [await line.boundingBox(), Number(await line.getAttribute('aria-valuenow'))];
  if (!box) throw new Error('the line is not in sight');
  await page.mouse.move(box.x + 100, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + 100, box.y + box.height / 2 + 40, { steps: 5 });
  await page.mouse.up();
  await vi.waitFor(async () => expect(Number(await line.getAttribute('aria-valuenow'))).toBeLessThan(was), SOON);
  // In the unit in which the rule would be written where the line lies.
  const field = page.locator('label').filter({ has: page.getByLabel('At most') });
  await page.getByLabel('At most').fill((await field.innerText()).includes('/min') ? '720' : '12');
  await page.getByLabel('At most').press('Enter');
  await page.getByText(/At most 12\/s: would have refused/).waitFor();
  await page.getByText(/Nothing to replay|With bursts/).waitFor();
  expect(page.url()).toContain('limit=12');
  await page.getByRole('button', { name: 'Make it a rule…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name of the throttle').fill('per-caller');
  await dialog.getByText('The draft has a throttle of this name.').waitFor();
  await dialog.getByLabel('Name of the throttle').fill('not-too-many');
  expect(await inaccessible(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Add to the draft' }).click();
  await vi.waitFor(() => expect(page.url()).toContain(`/console/rules/${OWN}?view=diff`), SOON);
  const draft = await request('GET', `/v1/services/${OWN}/draft`, undefined, {
    authorization: `Bearer ${world.adminToken}`,
    accept: 'application/yaml',
  });
  const text = String(draft.body['text']);
  expect(text).toContain('# What the shop keeps to.');
  expect(text).toContain('# read only');
  expect((await admin('GET', `/v1/services/${OWN}/draft`)).body).toMatchObject({
    throttles: { 'per-caller': { limit: '5/s' }, 'not-too-many': { limit: '12/s', resources: ['list'] } },
  });
  const inForce = async () => (await admin('GET', `/v1/services/${OWN}/rules`)).body;
  const before = await inForce();
  expect(before).not.toHaveProperty('throttles.not-too-many');

  // Seen as what changes, published, and taken back.
  await page.locator('.changes').getByText('throttle not-too-many').waitFor();
  await page.getByLabel('Note').fill('a limit that was drawn');
  await page.getByRole('button', { name: 'Publish to the whole fleet' }).click();
  await expect.poll(inForce, SOON).toMatchObject({ throttles: { 'not-too-many': { limit: '12/s' } } });
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByRole('row').filter({ hasText: 'a limit that was drawn' }).getByText('In force').first().waitFor();
  await page
    .getByRole('row')
    .filter({ hasText: 'to be seen' })
    .getByRole('button', { name: /^Roll back to/ })
    .first()
    .click();
  await page.getByRole('textbox', { name: 'Note' }).fill('it was too low');
  await page.getByRole('button', { name: /^Roll back to \d+$/ }).click();
  await expect.poll(inForce, SOON).toEqual(before);
});

it('shows who runs which revision, what is promised and what fills up', async () => {
  const page = await open('/console/services/orders/fleet');
  await page.getByRole('columnheader', { name: 'Instance' }).waitFor();
  await page.getByText('flyball-local-orders', { exact: false }).first().waitFor();
  await fits(page);
  await page.getByRole('link', { name: 'Objectives' }).click();
  await page.getByText('99.5% answered well over 30d').waitFor();
  await page.getByRole('rowheader', { name: 'Memory' }).waitFor();
  await fits(page);
});

it('draws what became of requests and how long they took, by pointer, by keyboard and as a table', LONG, async () => {
  const page = await open('/console/services/orders?resource=create-order&range=15m');
  faultsIn(page).expect(/404/);
  const moment = page.getByRole('slider', { name: 'Requests of create-order a second: moment in time' });
  await expect.poll(() => moment.getAttribute('aria-valuetext'), COUNTED).toMatch(/Admitted [\d.]*[1-9]/);
  await moment.focus();
  await page.keyboard.press('Home');
  await vi.waitFor(async () => expect(await moment.getAttribute('aria-valuenow')).toBe('0'), SOON);
  await page.keyboard.press('End');
  await vi.waitFor(async () => expect(await moment.getAttribute('aria-valuenow')).toBe('14'), SOON);
  await page.getByText('As a table').first().click();
  await page.getByRole('table').first().getByRole('columnheader', { name: 'Admitted' }).waitFor();
  await page.getByText('As a table').first().click();
  await page.getByRole('slider', { name: /^Durations of create-order/ }).waitFor();
  await fits(page);
  await screenshot(page, 'services');
});
