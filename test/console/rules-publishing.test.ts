// Publishing rules on the screen: what was shown and nothing else, to all or to a part, refused for real reasons, and taken back.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { sdkTable } from '../../store/adapters/sdk.ts';
import { putMinute } from '../../store/items/telemetry.ts';
import { world } from '../e2e/client.ts';
import { SOON } from '../support/patience.ts';
import { faultsIn } from './browser.ts';
import { answered, button, changes, editor, inForce, published, put, rules, rulesAt } from './rules-page.ts';

const refused = (page: Page, code: string) => page.locator(`[data-refused="${code}"]`);
const publishToAll = (page: Page) => button(page, 'Publish to the whole fleet').click();

/** The page does not get to know what others do before it publishes. */
async function withoutNews(page: Page, path: string): Promise<void> {
  faultsIn(page).expect(/ERR_FAILED/);
  await page.route(path, (route) => (route.request().method() === 'GET' ? route.abort() : route.continue()));
}

/** As instances do that have had no deployment for long. */
async function reportedFrom(service: string, version: string, instances: readonly string[]): Promise<void> {
  const client = new DynamoDBClient({
    ...{ region: 'us-east-1', endpoint: world.dynamodb },
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const table = sdkTable({ tableName: world.table, client, defaultTimeoutMs: SOON.timeout });
  const from = Date.now() - 60_000;
  for (const instance of instances) {
    await putMinute(table, {
      ...{ service, instance, version, from, to: from + 60_000, revision: 1, functionName: service },
      ...{ functionVersion: '1', cell: '', resources: {}, calls: {}, attempts: {}, refusals: {}, shadow: {} },
      ...{ transitions: {}, internal: {} },
    });
  }
  client.destroy();
}

describe('publishing', () => {
  it('publishes what was shown, as rules that change, with its note', async () => {
    await published('console-publish', rules('console-publish'));
    const page = await rulesAt('/console-publish');
    await editor(page).waitFor();
    await editor(page).fill(rules('console-publish', '50/s'));
    await button(page, 'Save and review').click();
    await changes(page).getByText('throttle everyone').waitFor();
    expect(new URL(page.url()).search).toBe('?view=diff');
    expect(await changes(page).locator('.before code').innerText()).toBe('100/s');
    expect(await changes(page).locator('.after code').innerText()).toBe('50/s');
    await page.getByLabel('Note').fill('half as much');
    await publishToAll(page);
    await page.locator('[data-published]').waitFor();
    expect(await inForce('console-publish')).toMatchObject({ throttles: { everyone: { limit: '50/s' } } });
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('row').filter({ hasText: 'half as much' }).getByText('In force').first().waitFor();
  });

  it('publishes no draft that was put in its place meanwhile', async () => {
    await published('console-meanwhile', rules('console-meanwhile'));
    await put('console-meanwhile', rules('console-meanwhile', '60/s'));
    const page = await rulesAt('/console-meanwhile?view=diff');
    await changes(page).getByText('60/s').waitFor();
    await withoutNews(page, '**/draft');
    await put('console-meanwhile', rules('console-meanwhile', '6000/s'));
    await publishToAll(page);
    await refused(page, 'DRAFT_CHANGED').waitFor();
    expect(await inForce('console-meanwhile')).toMatchObject({ throttles: { everyone: { limit: '100/s' } } });
    await page.unroute('**/draft');
    await page.locator('[data-refused]').getByRole('button', { name: 'Show the newest' }).click();
    await changes(page).getByText('6000/s').waitFor();
  });

  it('publishes nothing over a revision that somebody else has published meanwhile', async () => {
    await published('console-raced', rules('console-raced'));
    await published('console-raced', rules('console-raced', '500/s'));
    await put('console-raced', rules('console-raced', '60/s'));
    const page = await rulesAt('/console-raced?view=diff');
    await changes(page).getByText('500/s').waitFor();
    await withoutNews(page, '**/rules');
    await answered('POST', '/v1/services/console-raced/rollback', { to: 1 });
    await publishToAll(page);
    await refused(page, 'PUBLISHED_MEANWHILE').waitFor();
    expect(await inForce('console-raced')).toMatchObject({ throttles: { everyone: { limit: '100/s' } } });
    await page.locator('[data-refused]').getByRole('button', { name: 'Show the newest' }).click();
    await changes(page).getByText('100/s').waitFor();
  });

  it('says by itself that somebody else has published, before anybody tries', async () => {
    await published('console-told', rules('console-told'));
    await put('console-told', rules('console-told', '60/s'));
    const page = await rulesAt('/console-told?view=diff');
    await changes(page).getByText('60/s').waitFor();
    await answered('POST', '/v1/services/console-told/publish', {});
    await page.locator('[data-old]').getByText('Revision 2 was published meanwhile').waitFor();
    expect(await button(page, 'Publish to the whole fleet').isDisabled()).toBe(true);
    await page.locator('[data-old]').getByRole('button', { name: 'Show the newest' }).click();
    await page.getByText('In force: revision 2').waitFor();
  });

  it('is forced over older libraries only after it was refused, and with a note', async () => {
    await published('console-forced', 'apiVersion: flyball/v1\nservice: console-forced\n');
    await reportedFrom('console-forced', '0.2.0', ['one', 'another', 'a-third']);
    await put('console-forced', 'apiVersion: flyball/v1\nservice: console-forced\ntags: { tier: one }\n');
    const page = await rulesAt('/console-forced?view=diff');
    await changes(page).first().waitFor();
    expect(await button(page, 'Publish all the same').count()).toBe(0);
    await publishToAll(page);
    await page.getByText('3 instances have flyball 0.2.0').waitFor();
    await button(page, 'Publish all the same').click();
    await page.getByRole('alert').getByText('Say why.').waitFor();
    expect(await inForce('console-forced')).not.toHaveProperty('tags');
    await page.getByLabel('Note').fill('they are about to go');
    await button(page, 'Publish all the same').click();
    await page.locator('[data-published]').waitFor();
    expect(await inForce('console-forced')).toMatchObject({ tags: { tier: 'one' } });
  });
});

describe('a part of the fleet', () => {
  it('is given it first, compared with the rest, and followed by all', async () => {
    await published('console-gray', rules('console-gray'));
    await put('console-gray', rules('console-gray', '80/s'));
    const page = await rulesAt('/console-gray?view=diff');
    await changes(page).first().waitFor();
    await page.getByLabel('A part first').check();
    await page.getByLabel('Share').fill('50');
    await button(page, 'Publish to a part first').click();
    await page.locator('[data-published]').getByRole('link', { name: 'Roll-out' }).click();
    await page.locator('[data-gray="running"]').getByText('50% by instance').waitFor();
    await page.getByRole('columnheader', { name: /\(gray\)/ }).waitFor();
    expect(await inForce('console-gray')).toMatchObject({ throttles: { everyone: { limit: '100/s' } } });
    await button(page, 'Promote').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('80/s').waitFor();
    await dialog.getByRole('button', { name: 'Promote' }).click();
    await page.locator('[data-gray="promoted"]').waitFor();
    expect(await inForce('console-gray')).toMatchObject({ throttles: { everyone: { limit: '80/s' } } });
  });

  it('is not decided about before what it changes was seen', async () => {
    await published('console-blind', rules('console-blind'));
    await put('console-blind', rules('console-blind', '80/s'));
    await answered('POST', '/v1/services/console-blind/publish', {
      gray: { share: '50%', abortWhen: { errors: '+2%' } },
    });
    const page = await rulesAt('/console-blind?view=history');
    faultsIn(page).expect(/ERR_FAILED/);
    await page.route('**/diff?to=gray', (route) => route.abort());
    await page.getByRole('link', { name: 'Roll-out' }).click();
    const gray = page.locator('[data-gray="running"]');
    await gray.getByText(/Nothing is counted yet|No request came/).waitFor();
    await button(page, 'Take back').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Try again' }).waitFor();
    await dialog.getByText('See first what it changes.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Take back' }).isDisabled()).toBe(true);
    await page.unroute('**/diff?to=gray');
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByText('80/s').waitFor();
    await dialog.getByRole('button', { name: 'Take back' }).click();
    await page.locator('[data-gray="aborted"]').waitFor();
  });

  it('may be versions and requests instead of a share, judged by nobody, and both sides are shown', async () => {
    await published('console-canary', rules('console-canary'));
    await put('console-canary', rules('console-canary', '80/s'));
    const page = await rulesAt('/console-canary?view=diff');
    await changes(page).first().waitFor();
    await page.getByLabel('A part first').check();
    await page.getByLabel('Share').fill('');
    await page.getByText('Nobody judges it').waitFor();
    await page.getByText('Only certain versions or requests').click();
    await page.getByLabel('Versions or aliases').fill('live, 7');
    await page.getByLabel('Method').selectOption('POST');
    await page.getByLabel('Path').fill('/orders*');
    await button(page, 'Publish to a part first').click();
    await page.locator('[data-published]').waitFor();
    expect(await answered('GET', '/v1/services/console-canary/gray')).toMatchObject({
      gray: { by: 'instance', versions: ['live', '7'], match: { method: 'POST', path: '/orders*' } },
    });
    await page.locator('[data-published]').getByRole('link', { name: 'Roll-out' }).click();
    const gray = page.locator('[data-gray="running"]');
    await gray.getByText('Versions or aliases live, 7 · Requests method=POST, path=/orders*').waitFor();
    await gray.getByText('Nobody judges it').waitFor();
    await gray.getByRole('columnheader', { name: 'Revision 1 (the rest)' }).waitFor();
    await gray.getByText(/Nothing is counted yet|No request came/).waitFor();
    await page.getByText('Instances hold both revisions').waitFor();
  });

  it('is asked for again, field by field, where it cannot be meant so', async () => {
    await published('console-unsound', rules('console-unsound'));
    await put('console-unsound', rules('console-unsound', '80/s'));
    const page = await rulesAt('/console-unsound?view=diff');
    await changes(page).first().waitFor();
    const fieldOf = (label: string) =>
      page
        .locator('.field')
        .filter({ has: page.getByLabel(label, { exact: true }) })
        .last();
    await page.getByLabel('A part first').check();
    await page.getByLabel('Share').fill('');
    await page.getByLabel('p99').fill('fast');
    await button(page, 'Publish to a part first').click();
    await fieldOf('Share').getByText('Give a share, versions or requests').waitFor();
    await fieldOf('p99').getByText('Such as +2%.').waitFor();
    expect(faultsIn(page).requested.filter((url) => url.endsWith('/publish'))).toEqual([]);
    await page.getByLabel('p99').fill('20');
    await page.getByLabel('Step by step').check();
    await page.getByLabel('Steps').fill('5% 10s, 50% 30m');
    await button(page, 'Publish to a part first').click();
    // What the page does not know, the API says, at the same place.
    await fieldOf('Steps').getByText('is a time from 1m to 24h').waitFor();
    await page.getByLabel('Steps').fill('5% 10m, 50% 30m');
    await button(page, 'Publish to a part first').click();
    await page.locator('[data-published]').waitFor();
  });
});

describe('rolling back', () => {
  it('is done beneath what that changes, with a note', async () => {
    await published('console-back', rules('console-back'));
    await published('console-back', rules('console-back', '90/s'));
    const page = await rulesAt('/console-back?view=history');
    await button(page, 'Roll back to 1…').click();
    await changes(page).getByText('100/s').waitFor();
    expect(new URL(page.url()).searchParams.get('to')).toBe('1');
    const rollBack = page.getByRole('button', { name: 'Roll back to 1', exact: true });
    await rollBack.click();
    await page.getByRole('alert').getByText('Say why.').waitFor();
    expect(await inForce('console-back')).toMatchObject({ throttles: { everyone: { limit: '90/s' } } });
    await page.getByRole('textbox', { name: 'Note' }).fill('back to what worked');
    await rollBack.click();
    await expect
      .poll(() => inForce('console-back'), SOON)
      .toMatchObject({ throttles: { everyone: { limit: '100/s' } } });
    await page.getByRole('row').filter({ hasText: 'back to what worked' }).first().waitFor();
  });

  it('is within sight on a telephone', async () => {
    await published('console-pocket', rules('console-pocket'));
    await published('console-pocket', rules('console-pocket', '90/s'));
    const page = await rulesAt('/console-pocket?view=history', { width: 360 });
    const offered = button(page, 'Roll back to 1…');
    await offered.waitFor();
    const { x = Number.NaN, width = Number.NaN } = (await offered.boundingBox()) ?? {};
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(360);
    await offered.click();
    await changes(page).getByText('100/s').waitFor();
    await expect
      .poll(
        () => page.getByRole('heading', { name: /→ 1/ }).evaluate((heading) => heading.getBoundingClientRect().top),
        SOON,
      )
      .toBeLessThan(800);
  });
});
