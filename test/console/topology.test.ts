// The map in Chromium: what the API says is on it, it is found, chosen, hidden and gone back to, and at its largest nothing covers
// anything. What is on it stands in the crowded world's table, and the API answers.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MapEdge, Topology } from '../../console/screens/topology/answers.ts';
import { admin } from '../e2e/client.ts';
import { SOON } from '../support/patience.ts';
import { at, crowd, inaccessible, open, openCrowd, overflow } from './browser.ts';

const FIVE_MINUTES_MS = 300_000;

/** The five minutes that all of these look at, so that none of them meets newer ones. */
let minutes: Topology;

/** As one team sees it: a hundred nodes. */
async function asked(query = ''): Promise<Topology> {
  const { http, teamToken } = await crowd();
  const answer = await fetch(`${http}/v1/telemetry/topology${query}`, {
    headers: { authorization: `Bearer ${teamToken}` },
  });
  return (await answer.json()) as Topology;
}

beforeAll(async () => {
  const { completeUntil } = await asked();
  const from = new Date(Date.parse(completeUntil) - FIVE_MINUTES_MS).toISOString();
  minutes = await asked(`?from=${from}&to=${completeUntil}`);
});

/** A page of those five minutes. */
async function map(more = '', width = 1_920): Promise<Page> {
  const [path = '', query = ''] = more.split('?');
  const page = await openCrowd(`/console/topology${path}?at=${minutes.to}${query === '' ? '' : `&${query}`}`, {
    ...{ of: 'team', width },
  });
  await page.locator('.map, .table').first().waitFor();
  return page;
}

const node = (page: Page, name: string | RegExp) => page.locator('.map').getByRole('link', { name });
const anyFailed = ({ errorShare, refusedShare }: MapEdge) => (errorShare ?? 0) > 0 || (refusedShare ?? 0) > 0;

/** Nodes into which, or out of which where nothing comes in, 5 % and more fail. */
function failing({ nodes, edges }: Topology): number {
  return nodes.filter(({ id }) => {
    const inbound = edges.filter(({ to }) => to === id);
    const counted = inbound.length > 0 ? inbound : edges.filter(({ from }) => from === id);
    const sum = (of: (edge: MapEdge) => number) => counted.reduce((all, edge) => all + of(edge), 0);
    return sum(({ count, errorShare }) => count * (errorShare ?? 0)) >= 0.05 * sum(({ count }) => count);
  }).length;
}

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
    const page = await map();
    await node(page, /^service orders-api: (OK|Unwell), [\d.,]+\/s/).waitFor();
    await node(page, /^queue crowd-prod-orders-waiting: OK, [\d.,]+\/s$/).waitFor();
    await node(page, /^bucket crowd-prod-carts-files: /).waitFor();
    await node(page, /^schedule crowd-prod-orders-nightly: /).waitFor();
    expect(await page.locator('.map .node').count()).toBe(100);
    expect(failing(minutes)).toBeGreaterThan(0);
    expect(await page.locator('.map .node.bad').count()).toBe(failing(minutes));
    expect(await node(page, /: Failing/).count()).toBe(failing(minutes));
  });

  it('opens a node, its neighbour, and closes by Escape; Back goes where one was', async () => {
    const page = await map();
    await node(page, /^service orders-api/).click();
    const panel = page.getByRole('region', { name: /orders-api/ });
    await panel.getByRole('link', { name: 'crowd-prod-orders-waiting', exact: true }).click();
    await page.getByRole('region', { name: /crowd-prod-orders-waiting/ }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/console/topology/node/queue%3Acrowd-prod-orders-waiting');
    await page.goBack();
    expect(await panel.getByRole('link', { name: 'Traces' }).getAttribute('href')).toBe(
      '/console/traces?service=orders-api',
    );
    await page.keyboard.press('Escape');
    await expect.poll(() => new URL(page.url()).pathname, SOON).toBe('/console/topology');
    await expect.poll(() => page.locator('.panel').count(), SOON).toBe(0);
  });

  it('tells of what fails since when, how it was before, and whose it is', async () => {
    const worst = minutes.edges.find(
      ({ from, to, errorShare }) =>
        (errorShare ?? 0) >= 0.05 && from.startsWith('service:') && to.startsWith('service:'),
    );
    const { from = '', to = '' } = worst ?? {};
    const page = await map(`/edge/${encodeURIComponent(from)}/${encodeURIComponent(to)}`);
    const panel = page.locator('.panel');
    await panel.getByText('Failing').first().waitFor();
    const since = panel.locator('dt', { hasText: 'Wrong since' }).locator('+ dd');
    const began = Date.parse(`${(await since.getAttribute('title'))?.replace(' UTC', 'Z').replace(' ', 'T') ?? ''}`);
    // However long the world has been there since.
    expect(began).toBe((await crowd()).failingSince);
    await panel.getByRole('img', { name: 'Its hour: errors and refusals' }).waitFor();
    const callee = to.slice('service:'.length);
    await panel.getByText(`of team-${callee.split('-')[0] ?? ''}`).waitFor();
  });

  it('is gone through by keyboard: nodes by Tab, moved by arrows, scaled by plus and nought', async () => {
    const page = await map();
    const group = page.getByRole('group', { name: 'Map of who calls whom: 100 nodes, 300 edges' });
    await group.focus();
    const place = () => page.locator('.map svg > g').getAttribute('transform');
    await page.keyboard.press('0');
    const whole = await place();
    await page.keyboard.press('ArrowRight');
    await expect.poll(place, SOON).not.toBe(whole);
    await page.keyboard.press('0');
    await expect.poll(place, SOON).toBe(whole);
    await page.keyboard.press('+');
    await expect.poll(place, SOON).not.toBe(whole);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('.panel').waitFor();
  });

  it('finds, hides, and shows errors only, all by its address', async () => {
    const page = await map('?find=waiting');
    await page.getByText('10 found').waitFor();
    await expect.poll(() => page.locator('.map .node:not(.faint)').count(), SOON).toBe(10);
    await page.getByRole('searchbox').fill('');
    await page.getByRole('checkbox', { name: 'Errors only' }).check();
    const wrong = minutes.edges.filter(anyFailed).length;
    expect(wrong).toBeGreaterThan(0);
    await expect.poll(() => page.locator('.map .edge').count(), SOON).toBe(wrong);
    await page.getByRole('checkbox', { name: 'Errors only' }).uncheck();
    await node(page, /^queue crowd-prod-orders-waiting/).click();
    await page.getByRole('button', { name: 'Hide', exact: true }).click();
    await page.getByRole('button', { name: '1 hidden · Show all' }).waitFor();
    await expect.poll(() => page.locator('.map .node').count(), SOON).toBe(99);
    expect(new URL(page.url()).searchParams.get('hide')).toBe('queue%3Acrowd-prod-orders-waiting');
  });

  it('goes back in time five minutes a step, to before anything failed and to now by one button, and nothing moves', async () => {
    const page = await openCrowd('/console/topology', { of: 'team' });
    await node(page, /: Failing/)
      .first()
      .waitFor();
    const places = () =>
      page.locator('.map .node').evaluateAll((all) => all.map((one) => one.getAttribute('transform')));
    const now = await places();
    const slider = page.getByRole('slider', { name: 'Five minutes shown' });
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('button', { name: 'Back to live' }).waitFor();
    expect(Date.parse(new URL(page.url()).searchParams.get('at') ?? '') % FIVE_MINUTES_MS).toBe(0);
    // Fifty minutes: the crowd may have been there for thirty.
    for (let more = 0; more < 8; more++) await page.keyboard.press('ArrowLeft');
    await expect.poll(() => node(page, /: Failing/).count(), SOON).toBe(0);
    expect(await places()).toEqual(now);
    await page.getByRole('button', { name: 'Back to live' }).click();
    await node(page, /: Failing/)
      .first()
      .waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  it('has the same edges in a table, which is what a phone shows', async () => {
    const page = await map('', 360);
    const table = page.getByRole('table', { name: 'Topology' });
    expect(await table.getAttribute('aria-rowcount')).toBe('301');
    await table.getByRole('link', { name: 'Failing' }).first().click();
    await page.getByRole('region', { name: /→/ }).getByText('p99').waitFor();
    expect(await overflow(page)).toBe(0);
  });

  it('covers nothing with anything at a hundred nodes, and cuts no figure', async () => {
    const page = await map();
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
      const labels = [...document.querySelectorAll('.map .label')].map(({ textContent }) => textContent ?? '');
      return {
        ...{ drawn: drawn.length, covered, outside: drawn.filter(({ outside }) => outside).length },
        ...{
          cut: labels.filter((text) => text.includes('…')),
          failed: labels.filter((text) => text.includes('failed')),
        },
      };
    });
    expect(found).toMatchObject({ covered: 0, outside: 0, cut: [] });
    expect(found.drawn).toBeGreaterThan(150);
    // What fails is written first.
    expect(found.failed.length).toBeGreaterThan(0);
    expect(found.failed.every((text) => /failed.*\/s.* m?s/.test(text))).toBe(true);
    expect(await overflow(page)).toBe(0);
  });

  it('can be used by everybody, in both themes, and is as wide as its window', async () => {
    const page = await map('/node/service%3Aorders-api?view=map');
    await page.locator('.panel').waitFor();
    expect(await inaccessible(page)).toEqual([]);
    await at(page, 360);
    expect(await overflow(page)).toBe(0);
  });
});
