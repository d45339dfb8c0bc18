// Rules in the tests of their screen: a page that shows them, what is on it, and a control plane that others use meanwhile.
import type { Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import { admin } from '../e2e/client.ts';
import { SOON } from '../support/patience.ts';
import { faultsIn, open, type Opened } from './browser.ts';

const YAML = { 'content-type': 'application/yaml' };

export const rules = (service: string, limit = '100/s', more = '') =>
  `# ${service}\napiVersion: flyball/v1\nservice: ${service}\nowner: team-console\nthrottles:\n  everyone:\n    limit: ${limit}\n${more}`;

export const apiOf = (service: string) => `/v1/services/${service}`;

/** Asked again while the world is too busy to answer. */
export const answered = (method: string, path: string, body?: unknown, headers = {}) =>
  vi.waitFor(async () => {
    const answer = await admin(method, path, body, headers);
    expect([answer.status, answer.body]).toEqual([200, answer.body]);
    return answer.body;
  }, SOON);

export const put = (service: string, text: string) => answered('PUT', `${apiOf(service)}/draft`, text, YAML);
export const putBaseline = (text: string) => answered('PUT', '/v1/baseline/draft', text, YAML);

export const draftOf = (service: string) => answered('GET', `${apiOf(service)}/draft`);

/** The draft as it stands. */
export const publishedDraft = (service: string) => answered('POST', `${apiOf(service)}/publish`, { note: 'by a test' });

export async function published(service: string, text: string): Promise<void> {
  await put(service, text);
  await publishedDraft(service);
}

export const inForce = (service: string) => answered('GET', `${apiOf(service)}/rules`);

/** A new key's token. */
export async function keyFor(name: string, role: string): Promise<string> {
  const { body } = await admin('POST', '/v1/keys', { name, role });
  return String(body['key']);
}

/** At a view of the rules; answers that say no are part of what is tried here. */
export async function rulesAt(path: string, opened: Opened = {}): Promise<Page> {
  const page = await open(`/console/rules${path}`, opened);
  faultsIn(page).expect(/status of (401|403|404|409|412|422)/);
  page.on('dialog', (dialog) => void dialog.accept());
  return page;
}

export const editor = (page: Page) => page.getByRole('textbox', { name: /as YAML/ });
export const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
export const changes = (page: Page) => page.locator('.changes > li');
export const problems = (page: Page) => page.getByRole('region', { name: 'Problems' });
