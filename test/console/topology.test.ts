// The map in Chromium: what the API says is on it, it is found, chosen, hidden and gone back to, and at its largest nothing covers anything.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { MapEdge, MapNode, Topology } from '../../console/screens/topology/answers.ts';
import { admin } from '../e2e/client.ts';
import { SOON } from '../support/patience.ts';
import { at, inaccessible, open, overflow } from './browser.ts';

const FIVE_MINUTES_MS = 300_000;

const service = (name: string): MapNode => ({
  id: `service:${name}`,
  kind: 'service',
  name,
  functions: [`shop-${name}`],
});
const of = (kind: string, name: string): MapNode => ({ id: `${kind}:${name}`, kind, name });

function edge(from: string, to: string, more: Partial<MapEdge> = {}): MapEdge {
  return {
    ...{ from, to, reportedBy: 'both', count: 300, ratePerSecond: 1, errorShare: 0, refusedShare: 0 },
    durationMs: { p50: 12, p95: 53, p99: 90, max: 120 },
    ...more,
  };
}

const SHOP = {
  nodes: [
    { id: 'internet', kind: 'internet', name: '' },
    of('queue', 'shop-prod-settlement'),
    of('table', 'shop-orders'),
    ...['orders', 'payments', 'settlement'].map(service),
  ],
  edges: [
    edge('internet', 'service:orders', { ratePerSecond: 4.4 }),
    edge('service:orders', 'service:payments', { errorShare: 0.08, dependencies: ['payments'] }),
    edge('service:orders', 'queue:shop-prod-settlement'),
    edge('queue:shop-prod-settlement', 'service:settlement', { ageMs: { p50: 100, p95: 900, p99: 990, max: 1_000 } }),
    edge('service:settlement', 'table:shop-orders', { refusedShare: 0.02 }),
  ],
};

/** Minutes pass before a world has calls to show (world-map.test.ts waits for them): these are answered in their place. Tells which ranges were asked for. */
async function answered(page: Page, { nodes, edges }: Pick<Topology, 'nodes' | 'edges'>): Promise<string[]> {
  const complete = Math.floor(performance.timeOrigin / FIVE_MINUTES_MS) * FIVE_MINUTES_MS;
  const asked: string[] = [];
  await page.route('**/v1/telemetry/topology*', async (route) => {
    const { search, searchParams } = new URL(route.request().url());
    asked.push(search);
    const to = searchParams.get('to') ?? new Date(complete).toISOString();
    const from = searchParams.get('from') ?? new Date(Date.parse(to) - 12 * FIVE_MINUTES_MS).toISOString();
    const body: Topology = { from, to, stepMs: FIVE_MINUTES_MS, completeUntil: to, nodes, edges };
    await route.fulfill({ json: body });
  });
  return asked;
}

/** Within the page, as its links do. */
const goTo = (page: Page, path: string) =>
  page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);

async function shop(path = '', width = 1_920): Promise<{ page: Page; asked: string[] }> {
  const page = await open('/console/nowhere', { width });
  const asked = await answered(page, SHOP);
  await goTo(page, `/console/topology${path}`);
  return { page, asked };
}

const node = (page: Page, name: string | RegExp) => page.locator('.map').getByRole('link', { name });

describe('the map', () => {
  it('shows what the API says of the world, or that it is too early', async () => {
    const page = await open('/console/topology?view=list');
    const table = page.getByRole('table', { name: 'Topology' });
    const empty = page.getByText('Nothing is on the map yet.');
    // Five minutes may be over between the two looks: then both are taken anew.
    const agree = async () => {
      await page.reload();
      await table.or(empty).waitFor();
      const { edges } = (await admin('GET', '/v1/telemetry/topology')).body as unknown as Topology;
      if (edges.length === 0) return empty.isVisible();
      return (await table.getAttribute('aria-rowcount')) === String(edges.length + 1);
    };
    await expect.poll(agree, SOON).toBe(true);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Topology');
  });

  it('names each node with its kind, how it fares and what goes through it', async () => {
    const { page } = await shop();
    await node(page, 'service payments: Failing, 1/s · 8% failed').waitFor();
    await node(page, 'queue shop-prod-settlement: OK, 1/s').waitFor();
    expect(await page.locator('.map .node').count()).toBe(SHOP.nodes.length);
    // Alerts of other tests colour services, too: whatever is drawn as failing says so.
    expect(await page.locator('.map .node.bad').count()).toBe(await node(page, /: Failing/).count());
  });

  it('opens a node, its neighbour, and closes by Escape; Back goes where one was', async () => {
    const { page } = await shop();
    await node(page, /^service orders/).click();
    const panel = page.getByRole('region', { name: /orders/ });
    await panel.getByRole('link', { name: 'payments', exact: true }).click();
    await page.getByRole('region', { name: /payments/ }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/console/topology/node/service%3Apayments');
    await page.goBack();
    expect(await panel.getByRole('link', { name: 'Traces' }).getAttribute('href')).toBe(
      '/console/traces?service=orders',
    );
    await page.keyboard.press('Escape');
    await expect.poll(() => new URL(page.url()).pathname, SOON).toBe('/console/topology');
    await expect.poll(() => page.locator('.panel').count(), SOON).toBe(0);
  });

  it('is gone through by keyboard: nodes by Tab, moved by arrows, scaled by plus and nought', async () => {
    const { page } = await shop();
    const map = page.getByRole('group', { name: /^Map of who calls whom/ });
    await map.focus();
    const place = () => page.locator('.map svg > g').getAttribute('transform');
    const before = await place();
    await page.keyboard.press('ArrowRight');
    await expect.poll(place, SOON).not.toBe(before);
    await page.keyboard.press('+');
    await expect.poll(place, SOON).toContain('scale(1.25');
    await page.keyboard.press('0');
    await expect.poll(place, SOON).toBe(before);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('.panel').waitFor();
  });

  it('finds, hides, and shows errors only, all by its address', async () => {
    const { page } = await shop('?find=settle');
    await page.getByText('2 found').waitFor();
    await expect.poll(() => page.locator('.map .node:not(.faint)').count(), SOON).toBe(2);
    await page.getByRole('searchbox').fill('');
    await page.getByRole('checkbox', { name: 'Errors only' }).check();
    await expect.poll(() => page.locator('.map .edge').count(), SOON).toBe(2);
    await page.getByRole('checkbox', { name: 'Errors only' }).uncheck();
    await node(page, /^queue/).click();
    await page.getByRole('button', { name: 'Hide', exact: true }).click();
    await page.getByRole('button', { name: '1 hidden · Show all' }).waitFor();
    await expect.poll(() => page.locator('.map .node').count(), SOON).toBe(SHOP.nodes.length - 1);
    expect(new URL(page.url()).searchParams.get('hide')).toBe('queue%3Ashop-prod-settlement');
  });

  it('goes back in time five minutes a step, and to now by one button, and nothing moves', async () => {
    const { page, asked } = await shop();
    await node(page, /^service orders/).waitFor();
    const places = () =>
      page.locator('.map .node').evaluateAll((all) => all.map((one) => one.getAttribute('transform')));
    const before = await places();
    const slider = page.getByRole('slider', { name: 'Five minutes shown' });
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('button', { name: 'Back to live' }).waitFor();
    const to = new URL(page.url()).searchParams.get('at') ?? '';
    const from = new Date(Date.parse(to) - FIVE_MINUTES_MS).toISOString();
    await expect.poll(() => asked, SOON).toContain(`?from=${from}&to=${to}`);
    expect(await places()).toEqual(before);
    await page.getByRole('button', { name: 'Back to live' }).click();
    await expect.poll(() => new URL(page.url()).search, SOON).toBe('');
  });

  it('has the same edges in a table, which is what a phone shows', async () => {
    const { page } = await shop('', 360);
    await page.getByRole('table', { name: 'Topology' }).waitFor();
    expect(await page.getByRole('row').count()).toBe(SHOP.edges.length + 1);
    await page
      .getByRole('row', { name: /payments/ })
      .getByRole('link', { name: 'Failing' })
      .click();
    await page
      .getByRole('region', { name: /orders → payments/ })
      .getByText('p99')
      .waitFor();
    expect(await overflow(page)).toBe(0);
  });

  it('covers nothing with anything at a hundred nodes', async () => {
    const nodes = Array.from({ length: 100 }, (_, n) =>
      n % 5 === 0 ? of('queue', `shop-prod-queue-${String(n)}`) : service(`service-number-${String(n)}`),
    );
    const edges = Array.from({ length: 300 }, (_, n) => {
      const [from, to] = [nodes[(n * 37 + Math.floor(n / 100)) % 100], nodes[(n * 71 + 13) % 100]];
      return edge(from?.id ?? '', to?.id ?? '', { ratePerSecond: 1 + (n % 90), errorShare: n % 12 === 0 ? 0.07 : 0 });
    });
    const page = await open('/console/nowhere');
    await answered(page, {
      nodes,
      edges: edges.filter((one, n) => edges.findIndex((e) => e.from === one.from && e.to === one.to) === n),
    });
    await goTo(page, '/console/topology');
    await expect.poll(() => page.locator('.map .node').count(), SOON).toBe(100);
    const found = await page.evaluate(() => {
      // A label's own text lies within its box; that it does not stick out of it is looked at beside.
      const drawn = [...document.querySelectorAll('.map .node, .map .label')].map((one) => {
        const box = one.querySelector('rect')?.getBoundingClientRect() ?? new DOMRect();
        const texts = [...one.querySelectorAll('text')].map((text) => text.getBoundingClientRect());
        return { box, outside: texts.some(({ left, right }) => left < box.left - 1 || right > box.right + 1) };
      });
      let covered = 0;
      drawn.forEach(({ box: a }, i) => {
        for (const { box: b } of drawn.slice(i + 1)) {
          if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) covered += 1;
        }
      });
      return { drawn: drawn.length, covered, outside: drawn.filter(({ outside }) => outside).length };
    });
    expect(found).toEqual({ drawn: found.drawn, covered: 0, outside: 0 });
    expect(found.drawn).toBeGreaterThan(150);
    expect(await overflow(page)).toBe(0);
  });

  it('can be used by everybody, in both themes, and is as wide as its window', async () => {
    const { page } = await shop('/node/service%3Aorders?view=map');
    await page.locator('.panel').waitFor();
    expect(await inaccessible(page)).toEqual([]);
    await at(page, 360);
    expect(await overflow(page)).toBe(0);
  });
});
