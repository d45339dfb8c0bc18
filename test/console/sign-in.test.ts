// Who may see the console: by a key, by a token of an issuer, and what is shown when neither is good any longer.
import type { Page } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { request } from '../e2e/client.ts';
import { adminToken, faultsIn, inaccessible, open, origin } from './browser.ts';

const issuer = inject('issuer');
const SCREEN = '/console/services?q=orders';
/** A key, or a part of a token or of an issuer's answer that is worth stealing. */
const SECRET = /fb_|eyJ|[?&#](code|token|id_token|access_token)=/;

const keyField = (page: Page) => page.getByLabel('API key or token');
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const navigation = (page: Page) => page.getByRole('navigation');
const admin = { authorization: `Bearer ${adminToken}` };

/** Addresses that the page asked for or stood at, of the console's own. */
const ownAddresses = (page: Page) => [...faultsIn(page).requested.filter((url) => url.startsWith(origin)), page.url()];

async function madeKey(name: string) {
  const { status, body } = await request('POST', '/v1/keys', { name, role: 'viewer' }, admin);
  expect(status).toBe(201);
  return { id: String(body['id']), key: String(body['key']) };
}

describe('whoever is not signed in', () => {
  it('is asked for a key wherever in the console they are, and can read what is asked', async () => {
    const page = await open(SCREEN, { token: null });
    await keyField(page).waitFor();
    expect(page.url()).toBe(`${origin}${SCREEN}`);
    expect(await inaccessible(page)).toEqual([]);
  });

  it('is told that a key is none', async () => {
    const page = await open('/console', { token: null });
    faultsIn(page).expect(/status of 401/);
    await keyField(page).fill('fb_nobody');
    await button(page, 'Sign in').click();
    await page.getByText('does not know this key').waitFor();
  });
});

describe('a key', () => {
  it('signs in, leads to the view that was asked for, and is in no address', async () => {
    const page = await open(SCREEN, { token: null });
    await keyField(page).fill(adminToken);
    await button(page, 'Sign in').click();
    await navigation(page).waitFor();
    expect(page.url()).toBe(`${origin}${SCREEN}`);
    expect(ownAddresses(page).filter((url) => SECRET.test(url) || url.includes(adminToken))).toEqual([]);
  });

  it('stays as long as the tab: loading the page anew asks for none', async () => {
    const page = await open('/console', { token: null });
    await keyField(page).fill(adminToken);
    await button(page, 'Sign in').click();
    await navigation(page).waitFor();
    await page.reload();
    await navigation(page).waitFor();
  });

  it('that is revoked ends the session, which says so and stays where it was', async () => {
    const { id, key } = await madeKey('soon revoked');
    const page = await open(SCREEN, { token: key });
    await navigation(page).waitFor();
    faultsIn(page).expect(/status of 401/);
    expect((await request('DELETE', `/v1/keys/${id}`, undefined, admin)).status).toBe(200);
    await page.getByText('Your session has ended').waitFor();
    expect(page.url()).toBe(`${origin}${SCREEN}`);
    await keyField(page).fill(adminToken);
    await button(page, 'Sign in').click();
    await navigation(page).waitFor();
    expect(page.url()).toBe(`${origin}${SCREEN}`);
  });
});

describe('an issuer', () => {
  const openSignedOut = (path = SCREEN) => open(path, { token: null, origins: [issuer] });

  it('signs in by a code and PKCE, and leads back to the view that was asked for', async () => {
    const page = await openSignedOut();
    await button(page, 'Sign in with corp').click();
    await navigation(page).waitFor();
    expect(page.url()).toBe(`${origin}${SCREEN}`);
    const asked = new URL(faultsIn(page).requested.find((url) => url.startsWith(`${issuer}/authorize`)) ?? '');
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      ...{ response_type: 'code', client_id: 'flyball-console', code_challenge_method: 'S256', scope: 'openid' },
      redirect_uri: `${origin}/console/signed-in`,
    });
    await page.getByTitle('jwt:corp:Ada').waitFor();
  });

  it('leads back to a view deep in the console, with all that its address says', async () => {
    const deep = '/console/services/orders/breakers?history=payments&note=50%25%20of%20%C3%BC';
    const page = await openSignedOut(deep);
    await button(page, 'Sign in with corp').click();
    await page.getByRole('heading', { level: 1, name: /orders$/ }).waitFor();
    await page.getByRole('button', { name: 'Hide transitions' }).waitFor();
    expect(page.url()).toBe(`${origin}${deep}`);
    // The way there is not in the way back.
    expect(await page.evaluate(() => history.length)).toBeLessThan(6);
  });

  it('leaves nothing of its answer in the address, in the history or in the storage', async () => {
    const page = await openSignedOut();
    await button(page, 'Sign in with corp').click();
    await navigation(page).waitFor();
    expect(page.url()).not.toMatch(SECRET);
    // Its redirect has the code, which is good once and only with the verifier that stayed in the tab.
    const withCode = ownAddresses(page).filter((url) => SECRET.test(url));
    expect(withCode.map((url) => new URL(url).pathname)).toEqual(['/console/signed-in']);
    expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual(['flyball.session']);
  });

  it('that refuses is quoted, where the viewer was', async () => {
    const page = await openSignedOut();
    await button(page, 'Sign in with refusing').click();
    await page.getByText('refusing did not sign you in: access_denied').waitFor();
    expect(page.url()).toBe(`${origin}${SCREEN}`);
  });

  it('whose token is of another sign-in is not believed', async () => {
    const page = await openSignedOut();
    await button(page, 'Sign in with forging').click();
    await page.getByText('What forging answered cannot be used: nonce').waitFor();
  });

  it('whose answer nobody here has asked for is not taken', async () => {
    const page = await open('/console/signed-in?code=stolen&state=made-up', { token: null, origins: [issuer] });
    await page.getByText('begin again').waitFor();
    expect(page.url()).not.toMatch(SECRET);
    expect(faultsIn(page).requested.filter((url) => url.includes('/token'))).toEqual([]);
  });
});
