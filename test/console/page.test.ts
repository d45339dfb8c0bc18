// The page itself, whatever screen is on it: how it is sent, how soon it is seen, who may see it.
import { expect, it } from 'vitest';
import { inaccessible, open } from './browser.ts';

it('asks whoever is not signed in for a token', async () => {
  const page = await open('/console', { token: null });
  await page
    .getByLabel(/token|key/i)
    .first()
    .waitFor();
  expect(await inaccessible(page)).toEqual([]);
});

it('shows a screen', async () => {
  const page = await open('/console');
  await page.getByRole('heading').first().waitFor();
});
