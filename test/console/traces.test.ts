// Traces in Chromium, of the world's own traffic: searched, paused, opened, folded, gone through by keyboard; a long one, and where they are on AWS.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Trace, TracePage } from '../../console/screens/traces/answers.ts';
import { admin, eventually, order, request } from '../e2e/client.ts';
import { SOON } from '../support/patience.ts';
import { at, faultsIn, inaccessible, open, overflow, screenshot } from './browser.ts';
import { sendTrace } from './segments.ts';

const GONE = '1-65a0b1c2-000000000000000000000000';
let orders = 0;

/** No other run's. */
function newId(): string {
  orders += 1;
  return `1-65a0b1c2-${Math.round(performance.timeOrigin).toString(16).padStart(16, '0')}${String(orders).padStart(8, '0')}`;
}

/** The id of a trace: an order of its own, for the world keeps only the newest traces. Its settlement may have one of its own. */
async function traced(): Promise<string> {
  const id = newId();
  const made = await order({ 'x-amzn-trace-id': `Root=${id};Sampled=1` });
  expect(made.status).toBe(201);
  const services = async () => (await admin('GET', `/v1/telemetry/traces/${id}`)).body['services'];
  await expect.poll(services, SOON).toEqual(expect.arrayContaining(['orders', 'payments']));
  return id;
}

const rows = (page: Page) => page.getByRole('treegrid', { name: 'Waterfall' }).getByRole('row');
const goTo = (page: Page, path: string) =>
  page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);

describe('the search', () => {
  it('shows the newest traces, live, and stands still while it is paused', async () => {
    const page = await open('/console/traces');
    const newest = page.getByRole('table', { name: 'Traces' }).getByRole('link').first();
    await newest.waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused').waitFor();
    const before = await newest.getAttribute('href');
    await page.getByRole('button', { name: 'Load older' }).click();
    const table = page.getByRole('table', { name: 'Traces' });
    await expect.poll(async () => Number(await table.getAttribute('aria-rowcount')), SOON).toBeGreaterThan(51);
    expect(await newest.getAttribute('href')).toBe(before);
    await page.getByRole('button', { name: 'Live again' }).click();
    await order();
    await expect.poll(() => newest.getAttribute('href'), SOON).not.toBe(before);
  });

  it('is by service, outcome and length, each in the address', async () => {
    const page = await open('/console/traces');
    await page.getByLabel('Service').fill('payments');
    await page.getByLabel('Service').press('Enter');
    await page.getByLabel('Outcome').selectOption('ok');
    await page.getByLabel('At least').fill('1ms');
    await page.getByLabel('At least').press('Enter');
    await expect.poll(() => new URL(page.url()).search, SOON).toBe('?service=payments&outcome=ok&minDuration=1ms');
    await page
      .getByRole('cell', { name: /payments/ })
      .first()
      .waitFor();
    const { body } = await admin('GET', '/v1/telemetry/traces?service=payments&outcome=ok&minDuration=1ms&limit=5');
    expect((body as unknown as TracePage).traces.every(({ services }) => services.includes('payments'))).toBe(true);
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => new URL(page.url()).search, SOON).toBe('');
  });

  it('says that no trace fits, and what is wrong with what was asked for', async () => {
    const page = await open(
      '/console/traces?service=payments&rule=no-such-rule&from=2026-01-05T00:00:00.000Z&to=2026-01-05T00:01:00.000Z',
    );
    await page.getByText('No trace fits.').waitFor();
    faultsIn(page).expect(/400/);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByLabel('At least').fill('long');
    await page.getByLabel('At least').press('Enter');
    await page
      .getByRole('alert')
      .getByText(/minDuration/)
      .waitFor();
  });

  it('says of what is no outcome that it is none, and searches without it', async () => {
    const page = await open('/console/traces?outcome=broken');
    await page.getByText('No such outcome: broken. It is not searched for.').waitFor();
    await page.getByRole('cell').first().waitFor();
    expect(await page.getByLabel('Outcome').inputValue()).toBe('');
    expect(await page.getByLabel('Outcome').getByRole('option', { name: 'broken' }).count()).toBe(0);
    await page.getByLabel('Outcome').selectOption('ok');
    await expect.poll(() => new URL(page.url()).search, SOON).toBe('?outcome=ok');
    await page.getByText('No such outcome').waitFor({ state: 'detached' });
  });

  it('opens a trace by its id, or by a header that holds it', async () => {
    const page = await open('/console/traces');
    const field = page.getByRole('textbox', { name: 'Trace id' });
    await field.fill('nothing');
    await field.press('Enter');
    await page.getByText('That holds no trace id.').waitFor();
    await field.fill(`Root=${await traced()};Sampled=1`);
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByRole('heading', { level: 1, name: 'orders create-order' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Traces' }).waitFor();
  });
});

describe('a trace', () => {
  it('is a waterfall of invocations, calls and attempts, or of every segment', async () => {
    const id = await traced();
    const page = await open(`/console/traces/${id}`);
    await rows(page).filter({ hasText: 'orders · create-order' }).waitFor();
    expect(await rows(page).filter({ hasText: 'payments · charge' }).count()).toBe(1);
    const folded = await rows(page).count();
    await page.getByRole('checkbox', { name: 'Every segment' }).check();
    // Its message may still be under way: then the trace grows beneath the eye.
    const segments = async () => (await admin('GET', `/v1/telemetry/traces/${id}`)).body['segments'];
    await expect.poll(async () => (await rows(page).count()) === (await segments()), SOON).toBe(true);
    expect(folded).toBeLessThan(Number(await segments()));
  });

  it('goes on behind a queue: within itself, or by links from the trace of the batch', async () => {
    const settled = async () => {
      const { body } = await admin('GET', '/v1/telemetry/traces?service=settlement&resource=settle&outcome=ok');
      for (const { id } of (body as unknown as TracePage).traces) {
        const trace = (await admin('GET', `/v1/telemetry/traces/${id}`)).body as unknown as Trace;
        if (trace.service === 'orders' || JSON.stringify(trace.tree).includes('"links"')) return trace;
      }
      return undefined;
    };
    let trace: Trace | undefined;
    await expect.poll(async () => (trace = await settled()), SOON).toBeDefined();
    const page = await open(`/console/traces/${trace?.id ?? ''}`);
    const line = rows(page).filter({ hasText: 'settlement · settle' }).first();
    if (trace?.service === 'orders') {
      await line.filter({ hasText: 'by message' }).waitFor();
    } else {
      // What it is linked to may not have been recorded.
      faultsIn(page).expect(/404/);
      await line.filter({ hasText: 'linked' }).click();
      const link = page.getByRole('region', { name: /settlement/ }).getByRole('link', { name: /^1-/ });
      const href = await link.first().getAttribute('href');
      await link.first().click();
      await expect.poll(() => new URL(page.url()).pathname, SOON).toBe(href);
    }
  });

  it('is folded and unfolded', async () => {
    const page = await open(`/console/traces/${await traced()}`);
    await rows(page).first().waitFor();
    const all = await rows(page).count();
    await page.getByRole('button', { name: 'Fold all', exact: true }).click();
    await expect.poll(() => rows(page).count(), SOON).toBe(1);
    await rows(page).first().getByRole('button', { name: 'Unfold' }).click();
    await page.getByRole('button', { name: 'Unfold all' }).click();
    await expect.poll(() => rows(page).count(), SOON).toBe(all);
  });

  it('is gone through by keyboard, and the line that is chosen has an address', async () => {
    const page = await open(`/console/traces/${await traced()}`);
    await rows(page).first().waitFor();
    await page.getByRole('treegrid').focus();
    await page.keyboard.press('ArrowDown');
    const details = page.getByRole('region', { name: /orders · create-order/ });
    await details.getByText('create-order', { exact: true }).waitFor();
    const segment = new URL(page.url()).searchParams.get('segment') ?? '';
    expect(await page.getByRole('treegrid').getAttribute('aria-activedescendant')).toBe(`row-${segment}`);
    expect(await details.getByRole('link', { name: 'Rules of orders' }).getAttribute('href')).toBe(
      '/console/rules/orders',
    );
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => rows(page).count(), SOON).toBe(1);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => new URL(page.url()).searchParams.get('segment'), SOON).not.toBe(segment);
    await page.keyboard.press('Escape');
    await expect.poll(() => new URL(page.url()).search, SOON).toBe('');
  });

  it('that is gone is said to be', async () => {
    const page = await open(`/console/traces/${GONE}`);
    faultsIn(page).expect(/404/);
    await page.getByText('There is no such trace. They are kept for a while only.').waitFor();
  });

  it('says what refused a call, and is found by that', async () => {
    const force = (state: string | null) =>
      admin('POST', '/v1/services/orders/breakers/payments/force', { state, reason: 'a test of traces' });
    await force('FORCED_OPEN');
    try {
      // An instance learns of it by its next order.
      const id = await eventually('a refused order', async () => {
        const asked = newId();
        return (await order({ 'x-amzn-trace-id': `Root=${asked};Sampled=1` })).status === 503 ? asked : undefined;
      });
      const page = await open('/console/traces?service=orders&rule=payments');
      await page.locator(`a[href="/console/traces/${id}"]`).click();
      const call = rows(page).filter({ hasText: 'refused by breaker/payments' });
      await call.first().waitFor();
      await call.last().click();
      await page
        .getByRole('region', { name: /payments/ })
        .getByText('FORCED_OPEN')
        .waitFor();
    } finally {
      await force(null);
    }
  });

  it('shows each attempt of a call that was made again', async () => {
    await request('PUT', '/payments/behavior', { failureRate: 0.5, delayMs: 0 });
    try {
      const id = await eventually('an order that paid twice', async () => {
        const asked = newId();
        await order({ 'x-amzn-trace-id': `Root=${asked};Sampled=1` });
        const { body } = await admin('GET', `/v1/telemetry/traces/${asked}`);
        return JSON.stringify(body).includes('"attempts":2') ? asked : undefined;
      });
      const page = await open(`/console/traces/${id}`);
      await rows(page).filter({ hasText: '2 attempts' }).waitFor();
      await rows(page).filter({ hasText: 'attempt 1' }).filter({ hasText: 'error' }).waitFor();
      await rows(page).filter({ hasText: 'attempt 2' }).waitFor();
    } finally {
      await request('PUT', '/payments/behavior', { failureRate: 0, delayMs: 0 });
    }
  });

  it('of which nobody has told the end is under way', async () => {
    const id = newId();
    const annotations = { service: 'orders', resource: 'create-order' };
    await sendTrace(id, [
      { id: '00000000000000b0', name: 'orders', start_time: performance.timeOrigin / 1_000, annotations },
    ]);
    const page = await open(`/console/traces/${id}`);
    await rows(page).filter({ hasText: 'orders · create-order' }).getByText('under way').waitFor();
  });

  it('of a thousand segments has only those in the page that are seen', async () => {
    const id = newId();
    const begun = performance.timeOrigin / 1_000;
    const root = { id: '0000000000000000', name: 'root', start_time: begun, end_time: begun + 10.005 };
    const calls = Array.from({ length: 999 }, (_, n) => ({
      ...{ id: String(n + 1).padStart(16, '0'), parent_id: root.id, name: `call ${String(n)}` },
      ...{ start_time: begun + n / 100, end_time: begun + n / 100 + 0.025 },
      annotations: { outcome: n % 7 === 0 ? 'timeout' : 'ok', attempts: 1 },
    }));
    await sendTrace(id, [root, ...calls]);
    const page = await open(`/console/traces/${id}`);
    await page.getByText('1000 lines').waitFor();
    expect(await rows(page).count()).toBeLessThan(100);
    const grid = page.getByRole('treegrid');
    expect(await grid.getAttribute('aria-rowcount')).toBe('1000');
    await grid.focus();
    const most = await page.evaluate(async () => {
      const box = document.querySelector('.waterfall');
      let most = 0;
      for (let turn = 1; turn <= 20; turn++) {
        if (box) box.scrollTop = turn * 1_000;
        await new Promise((resolve) => requestAnimationFrame(resolve));
        most = Math.max(most, box?.querySelectorAll('.line').length ?? 0);
      }
      return most;
    });
    expect(most).toBeLessThan(100);
    await page.keyboard.press('End');
    await page.getByRole('region', { name: /call 998/ }).waitFor();
  });

  it('on AWS is in X-Ray, and the page says where', async () => {
    const page = await open('/console/nowhere');
    const link = 'https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#xray:traces/query';
    faultsIn(page).expect(/501/);
    await page.route('**/v1/telemetry/traces?*', (route) =>
      route.fulfill({
        status: 501,
        contentType: 'application/problem+json',
        json: { status: 501, code: 'TRACES_IN_XRAY', link },
      }),
    );
    await goTo(page, '/console/traces');
    expect(await page.getByRole('link', { name: 'Open in CloudWatch' }).getAttribute('href')).toBe(link);
  });

  it('can be read by everybody, in both themes, on a phone and on a wall', async () => {
    const page = await open('/console/traces');
    await page.getByRole('cell').first().waitFor();
    expect(await inaccessible(page)).toEqual([]);
    await at(page, 360);
    expect(await overflow(page)).toBe(0);
    await goTo(page, `/console/traces/${await traced()}`);
    await rows(page).first().click();
    await page.getByRole('region', { name: /orders/ }).waitFor();
    expect(await overflow(page)).toBe(0);
    await at(page, 1920);
    expect(await inaccessible(page)).toEqual([]);
    await screenshot(page, 'trace');
    await at(page, 1920);
    await goTo(page, '/console/traces');
    await page.getByRole('cell').first().waitFor();
    await screenshot(page, 'traces');
  });
});
