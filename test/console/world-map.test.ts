// The map of the world itself: five minutes of its traffic have to be over and summed up first, so that this small file comes last.
import { expect, it } from 'vitest';
import type { Topology } from '../../console/screens/topology/answers.ts';
import { admin } from '../e2e/client.ts';
import { SOON } from '../support/patience.ts';
import { inaccessible, open, screenshot } from './browser.ts';

/** Five minutes, three until they are summed up, and room for a machine with other work. */
const SUMMED_UP = { timeout: 900_000, interval: 2_000 } as const;

it('shows who calls whom in the started world, and what failed there', { timeout: 1_200_000 }, async () => {
  const calls = async () => {
    const { edges } = (await admin('GET', '/v1/telemetry/topology')).body as unknown as Topology;
    return edges.map(({ from, to }) => `${from} > ${to}`);
  };
  await expect.poll(calls, SUMMED_UP).toContain('service:orders > service:payments');

  const page = await open('/console/topology');
  const node = (name: RegExp) => page.locator('.map').getByRole('link', { name });
  await node(/^service payments/).waitFor();
  await node(/^internet/).waitFor();
  await node(/^service orders/).click();
  const panel = page.getByRole('region', { name: /orders/ });
  await panel.getByRole('link', { name: 'payments', exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('.panel').count(), SOON).toBe(0);
  expect(await inaccessible(page)).toEqual([]);
  await screenshot(page, 'topology');
});
