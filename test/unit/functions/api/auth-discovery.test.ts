// Where an issuer's own description may say that its keys are.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { tokenCallers } from '../../../../functions/api/auth-token.ts';
import { fakeClock } from '../../../support/fake-clock.ts';

afterEach(() => void vi.unstubAllGlobals());

/** Has a token verified whose issuer says that its keys are at `jwksUri`; tells which addresses were asked, and the log. */
async function asked(issuer: string, jwksUri: string) {
  const uris: string[] = [];
  const reasons: unknown[] = [];
  vi.stubGlobal('fetch', (uri: string) => {
    uris.push(uri);
    return Promise.resolve(new Response(JSON.stringify({ issuer, jwks_uri: jwksUri })));
  });
  const logger = {
    info: () => {},
    warn: (_message: string, fields?: object) => void reasons.push(fields && 'reason' in fields ? fields.reason : ''),
    error: () => {},
  };
  const issuers = [{ name: 'corp', issuer, audience: 'a', roles: [{ when: { group: 'x' }, role: 'viewer' }] }];
  const clock = fakeClock();
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = `${part({ alg: 'RS256', kid: 'one' })}.${part({ iss: issuer })}.AAAA`;
  const found = await tokenCallers(JSON.stringify(issuers), clock, logger)(token, clock.now());
  return { found, uris, reasons };
}

const DESCRIPTION = '/.well-known/openid-configuration';

describe('the keys that an issuer describes', () => {
  it('are fetched over https', async () => {
    const { uris } = await asked('https://login.example.com', 'https://keys.example.com/jwks');
    expect(uris).toEqual([`https://login.example.com${DESCRIPTION}`, 'https://keys.example.com/jwks']);
  });

  it('are fetched over http by an issuer that is on this machine itself', async () => {
    const { uris } = await asked('http://localhost:8080', 'http://localhost:8080/jwks');
    expect(uris).toEqual([`http://localhost:8080${DESCRIPTION}`, 'http://localhost:8080/jwks']);
  });

  it.each([
    ['http on this machine', 'http://localhost:8080/jwks', /not over https/],
    ['the runtime API', 'https://localhost:9001/2018-06-01/runtime/invocation/next', /runtime API/],
    ['where credentials are', 'https://169.254.170.2/v2/credentials', /link-local/],
  ])('are not looked for at %s', async (_what, jwksUri, reason) => {
    const { found, uris, reasons } = await asked('https://login.example.com', jwksUri);
    expect(found).toEqual({ kind: 'unverifiable' });
    expect(uris).toEqual([`https://login.example.com${DESCRIPTION}`]);
    expect(reasons).toEqual([expect.stringMatching(reason)]);
  });
});
