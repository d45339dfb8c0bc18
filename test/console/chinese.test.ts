// The console in Chinese: every screen on a telephone and on a wall, nothing too wide, nothing of its own left in English.
import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { admin } from '../e2e/client.ts';
import { SOON } from '../support/patience.ts';
import { failing } from './alerting.ts';
import { at, faultsIn, open, overflow, WIDTHS } from './browser.ts';
import { ownTexts } from './own-texts.ts';

const CHINESE = { language: 'zh-CN' } as const;

/** English texts of the console that are others in Chinese, as what they look like with values in them. */
const english = (await ownTexts())
  .filter(({ en, zh }) => en !== zh && /[A-Za-z]/.test(en.replace(/\{[^}]*\}/g, '')))
  .map(({ at: where, en }) => ({
    where,
    form: new RegExp(
      `^${en
        .split(/\{[^}]*\}/)
        .map(literally)
        .join('\\S+')}$`,
    ),
  }));

function literally(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}

/** What stands on the page or is read out, but for what is said to be English, and code. */
const said = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const own = (element: Element | null) =>
      !element?.closest('body [lang="en"], code, pre, .sheet, .mono, datalist, script, style, noscript');
    const found = new Set<string>([document.title]);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (own(walker.currentNode.parentElement)) found.add(walker.currentNode.nodeValue ?? '');
    for (const element of document.querySelectorAll('*')) {
      if (!own(element)) continue;
      for (const name of ['aria-label', 'aria-description', 'placeholder', 'title', 'alt']) {
        found.add(element.getAttribute(name) ?? '');
      }
    }
    return [...found].map((text) => text.trim()).filter((text) => text !== '');
  });

/** `names` are what people have called their services: those may be words. */
async function leftInEnglish(page: Page, names: ReadonlySet<string> = new Set()): Promise<string[]> {
  return (await said(page)).flatMap((text) => {
    const left = names.has(text) ? undefined : english.find(({ form }) => form.test(text));
    return left ? [`${left.where}: ${text}`] : [];
  });
}

/** What a busy world could not do it is asked for once more. */
const answered = (method: string, path: string, body?: unknown) =>
  vi.waitFor(async () => {
    const answer = await admin(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }, SOON);

const settled = async (page: Page): Promise<void> => {
  await page.locator('h1').first().waitFor();
  await expect.poll(() => page.locator('.loading').count(), SOON).toBe(0);
};

const goTo = (page: Page, path: string) =>
  page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);

it('says all that is its own in Chinese, on every screen, and is nowhere too wide', async () => {
  const [alert] = await failing({ 'chinese-export': 'high' });
  const job = await answered('GET', '/v1/jobs/settlement:nightly-settlement');
  const rules = (limit: string) => ({ apiVersion: 'flyball/v1', service: 'chinese', throttles: { all: { limit } } });
  await answered('PUT', '/v1/services/chinese/draft', rules('9/s'));
  await answered('POST', '/v1/services/chinese/publish', { note: 'by a test' });
  await answered('PUT', '/v1/services/chinese/draft', rules('5/s'));
  const { traces } = await answered('GET', '/v1/telemetry/traces?limit=1');
  const [trace] = traces as readonly { readonly id: string }[];
  const { services } = await answered('GET', '/v1/services?limit=200');
  const names = new Set((services as readonly { readonly service: string }[]).map(({ service }) => service));
  const places = [
    '/',
    '/services',
    ...['', '/breakers', '/limits', '/fleet', '/slos'].map((view) => `/services/orders${view}`),
    '/rules',
    ...['', '?view=diff', '?view=rollout', '?view=history'].map((view) => `/rules/chinese${view}`),
    ...['/topology?view=map', '/topology?view=list'],
    ...['/jobs', `/jobs/${String(job['id'])}`, '/jobs/new'],
    ...['/alerts', `/alerts/${alert?.alert ?? ''}`, `/alerts/${alert?.alert ?? ''}/why`],
    ...['/alerts/silences', '/alerts/silences/new', '/alerts/deliveries', '/alerts/report'],
    ...['/traces', `/traces/${trace?.id ?? ''}`, '/nowhere'],
  ];
  const page = await open('/console/', CHINESE);
  // Nothing of it was published to a part.
  faultsIn(page).expect(/404 \(Not Found\) \(.*\/chinese\/gray\)$/);
  await settled(page);
  expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hans');
  for (const place of places) {
    await goTo(page, `/console${place}`);
    if (place !== '/nowhere') await settled(page);
    for (const width of WIDTHS) {
      await at(page, width);
      const seen = async () => [place, width, await overflow(page), await leftInEnglish(page, names)];
      await expect.poll(seen, SOON).toEqual([place, width, 0, []]);
    }
  }
});

it('says itself what went wrong, and quotes what the API says of it', async () => {
  const page = await open('/console/services/chinese-nobody', CHINESE);
  faultsIn(page).expect(/Failed to load resource/);
  await page.getByText('没有服务 chinese-nobody。').waitFor();
  await goTo(page, '/console/traces/1-65a0b1c2-000000000000000000000000');
  await page.getByText('没有这条链路').waitFor();

  await page.route('**/v1/jobs?**', (route) =>
    route.fulfill({
      ...{ status: 503, contentType: 'application/problem+json' },
      json: { status: 503, code: 'STORE_UNAVAILABLE', detail: 'The table does not answer; try again shortly.' },
    }),
  );
  await goTo(page, '/console/jobs');
  const problem = page.getByRole('alert');
  await problem.getByText('数据表没有响应。').waitFor();
  await problem.locator('[lang="en"]').getByText('The table does not answer; try again shortly.').waitFor();
  await page.route('**/v1/**', (route) => route.abort());
  await goTo(page, '/console/traces');
  await page.getByRole('alert').getByText('无法连接 API。').waitFor();
});

it('is chosen before and after signing in, and kept', async () => {
  const page = await open('/console/jobs', { token: null });
  await page.getByLabel('Language').selectOption('zh');
  await page.getByRole('heading', { name: '登录 flyball' }).waitFor();
  expect(await leftInEnglish(page)).toEqual([]);
  for (const width of WIDTHS) {
    await at(page, width);
    expect(await overflow(page)).toBe(0);
  }
  await page.reload();
  await page.getByRole('heading', { name: '登录 flyball' }).waitFor();
  await page.getByLabel('语言').selectOption('en');
  await page.getByRole('heading', { name: 'Sign in to flyball' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  // What is looked for elsewhere is found where it is.
  expect(await leftInEnglish(page)).toContain('session/texts.ts title: Sign in to flyball');
});
