// What a new local world begins with, also where others must agree to rules before they are published.
import { expect, inject, it } from 'vitest';
import { seedRules } from '../../../infra/local/seed.ts';
import { startCenter } from '../config-center/center.ts';
import { serveCenter } from '../cli/center-over-http.ts';
import { createTable } from '../table.ts';

it('the rules beside the functions are published when two others must agree', async () => {
  const center = await startCenter((await createTable(inject('dynamodb'))).sdk, { approvals: 2 });
  const served = await serveCenter(center);
  const { url } = served;
  const published = await seedRules(url, 'fb_admin');
  expect(published).toContain('settlement');
  expect(await seedRules(url, 'fb_admin')).toEqual([]);
  await served.stop();
  const { body } = await center.send('GET', '/v1/audit', { query: { action: 'draft.approve' } });
  const { entries } = body as { readonly entries: readonly { readonly actor: string }[] };
  const reviewers = new Set(entries.map(({ actor }) => actor));
  expect([...reviewers].sort()).toEqual(['local-reviewer-1', 'local-reviewer-2']);
});
