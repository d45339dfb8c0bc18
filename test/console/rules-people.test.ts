// Several people, and several tabs, at the same rules: nobody's words are lost, and nobody agrees to what they have not seen.
import { describe, expect, it } from 'vitest';
import { request } from '../e2e/client.ts';
import { SOON } from '../support/patience.ts';
import { adminToken } from './browser.ts';
import {
  answered,
  button,
  changes,
  draftOf,
  editor,
  inForce,
  keyFor,
  published,
  publishedDraft,
  put,
  putBaseline,
  rules,
  rulesAt,
} from './rules-page.ts';

const BASELINE = 'apiVersion: flyball/v1\nkind: baseline\n';
const keyed = (key: string) => `    burst: 200\n    mode: enforce\n    key: [${key}]\n`;

describe('two people', () => {
  it('who change different lines both keep what they wrote', async () => {
    await put('console-two', rules('console-two', '100/s', keyed('client')));
    const page = await rulesAt('/console-two');
    await editor(page).waitFor();
    await editor(page).fill(rules('console-two', '100/s', keyed('ip')));
    await put('console-two', rules('console-two', '30/s', keyed('client')));
    await page.locator('[data-conflict]').getByText('has put another draft').waitFor();
    expect(await editor(page).inputValue()).toContain('key: [ip]');
    await button(page, 'Keep both').click();
    await button(page, 'Save draft').click();
    await expect
      .poll(() => draftOf('console-two'), SOON)
      .toMatchObject({ throttles: { everyone: { limit: '30/s', key: ['ip'] } } });
  });

  it('who change the same line are shown both, and neither is lost', async () => {
    await put('console-same', rules('console-same'));
    const page = await rulesAt('/console-same');
    await editor(page).waitFor();
    await editor(page).fill(rules('console-same', '20/s'));
    await put('console-same', rules('console-same', '40/s'));
    const conflict = page.locator('[data-conflict]');
    await conflict.getByText('Both of you changed the same lines').waitFor();
    await conflict.getByText('40/s').first().waitFor();
    expect(await editor(page).inputValue()).toContain('limit: 20/s');
    expect(await button(page, 'Keep both').count()).toBe(0);
    await button(page, 'Keep mine in place of theirs').click();
    await button(page, 'Save draft').click();
    await expect
      .poll(() => draftOf('console-same'), SOON)
      .toMatchObject({ throttles: { everyone: { limit: '20/s' } } });
  });
});

describe('two tabs', () => {
  it('of one person lose nothing when one publishes what the other is still writing on', async () => {
    await published('console-tabs', rules('console-tabs', '100/s', keyed('client')));
    const page = await rulesAt('/console-tabs');
    await editor(page).waitFor();
    const [other] = await Promise.all([
      page.context().waitForEvent('page'),
      page.evaluate(() => void window.open(location.href)),
    ]);
    await editor(other).waitFor();
    await editor(page).fill(rules('console-tabs', '100/s', keyed('ip')));
    await editor(other).fill(rules('console-tabs', '30/s', keyed('client')));
    await button(other, 'Save and review').click();
    await button(other, 'Publish to the whole fleet').click();
    await other.locator('[data-published]').waitFor();

    await page.locator('[data-conflict]').getByText('has put another draft').waitFor();
    await page.locator('[data-published-meanwhile]').getByText('Revision 2 was published meanwhile').waitFor();
    expect(await editor(page).inputValue()).toContain('key: [ip]');
    await button(page, 'Keep both').click();
    await button(page, 'Save and review').click();
    // Compared with what the other tab has published.
    await changes(page).getByText('ip').waitFor();
    expect(await changes(page).getByText('100/s').count()).toBe(0);
    await button(page, 'Publish to the whole fleet').click();
    await page.locator('[data-published]').waitFor();
    expect(await inForce('console-tabs')).toMatchObject({ throttles: { everyone: { limit: '30/s', key: ['ip'] } } });
  });

  it('are told when the very draft that they edit is published', async () => {
    await published('console-same-draft', rules('console-same-draft'));
    await put('console-same-draft', rules('console-same-draft', '50/s'));
    const page = await rulesAt('/console-same-draft');
    await editor(page).waitFor();
    await editor(page).fill(rules('console-same-draft', '20/s'));
    await publishedDraft('console-same-draft');
    await page.locator('[data-published-meanwhile]').getByText('Revision 2 was published meanwhile').waitFor();
    expect(await editor(page).inputValue()).toContain('limit: 20/s');
    await button(page, 'Save and review').click();
    await changes(page).getByText('50/s').waitFor();
    expect(await changes(page).locator('.after code').innerText()).toBe('20/s');
  });
});

it('a draft is published once somebody else has approved exactly what was shown', async () => {
  await published('console-eyes', rules('console-eyes'));
  await put('console-eyes', rules('console-eyes', '50/s'));
  const approver = await keyFor('console-approver', 'publisher');
  const secondAdmin = await keyFor('console-second-admin', 'admin');
  await putBaseline(`${BASELINE}approvals:\n  publish: 1\n`);
  await answered('POST', '/v1/baseline/publish', {});
  try {
    const author = await rulesAt('/console-eyes?view=diff', { token: adminToken });
    await author.getByRole('region', { name: 'Approvals' }).getByText('0 of 1').waitFor();
    await expect.poll(() => button(author, 'Approve this draft').isDisabled(), SOON).toBe(true);
    await button(author, 'Publish to the whole fleet').click();
    await author.locator('[data-refused="FOUR_EYES"]').waitFor();

    const page = await rulesAt('/console-eyes?view=diff', { token: approver });
    const eyes = page.getByRole('region', { name: 'Approvals' });
    await eyes.getByText('0 of 1').waitFor();
    await button(page, 'Approve this draft').click();
    await eyes.getByText('1 of 1').waitFor();
    expect(await eyes.getByRole('listitem').innerText()).toContain('console-approver');

    await author.getByRole('region', { name: 'Approvals' }).getByText('1 of 1').waitFor();
    await button(author, 'Publish to the whole fleet').click();
    await author.locator('[data-published]').waitFor();
    expect(await inForce('console-eyes')).toMatchObject({ throttles: { everyone: { limit: '50/s' } } });
  } finally {
    await putBaseline(BASELINE);
    const headers = { authorization: `Bearer ${secondAdmin}` };
    expect(await request('POST', '/v1/baseline/publish', {}, headers)).toMatchObject({ status: 200 });
  }
});
