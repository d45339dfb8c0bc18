// An identity provider for people: it asks nothing, sends the browser back with a code, and gives tokens for it by PKCE.
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { keySetOf, signingKey, tokenOf, type SigningKey } from './issuer.ts';

export interface OidcIssuer {
  /** What its tokens' `iss` is; below it are `/authorize`, `/token` and `/jwks.json`. */
  readonly issuer: string;
  readonly clientId: string;
  close(): Promise<void>;
}

interface Begun {
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce: string;
}

const CLIENT = 'flyball-console';

/**
 * Serves an issuer on a free port of this machine, and two below it: `/refusing` sends everybody back without a code, the
 * tokens of `/forging` carry the nonce of another sign-in. `now` is ms since the epoch.
 */
export async function serveOidcIssuer(now: () => number, groups: readonly string[]): Promise<OidcIssuer> {
  const key = await signingKey('people');
  const jwks = JSON.stringify(await keySetOf(key));
  const codes = new Map<string, Begun>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', address());
    const [, below = '', act] = /^(\/refusing|\/forging)?\/(\S+)$/.exec(url.pathname) ?? [];
    if (act === 'jwks.json') answer(response, 200, jwks);
    else if (act === 'authorize') authorize(url.searchParams, below, response);
    else if (act === 'token') void give(request, below, response);
    else answer(response, 404, '{}');
  });
  const address = () => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

  function authorize(asked: URLSearchParams, below: string, response: ServerResponse): void {
    const of = (name: string) => asked.get(name) ?? '';
    const back = new URL(of('redirect_uri'));
    back.searchParams.set('state', of('state'));
    back.searchParams.set('iss', address() + below);
    if (of('client_id') !== CLIENT || of('code_challenge_method') !== 'S256' || of('response_type') !== 'code') {
      back.searchParams.set('error', 'invalid_request');
    } else if (below === '/refusing') {
      back.searchParams.set('error', 'access_denied');
    } else {
      const code = randomUUID();
      codes.set(code, { redirectUri: of('redirect_uri'), challenge: of('code_challenge'), nonce: of('nonce') });
      back.searchParams.set('code', code);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  async function give(request: IncomingMessage, below: string, response: ServerResponse): Promise<void> {
    const sent = new URLSearchParams(await text(request));
    const code = sent.get('code') ?? '';
    const begun = codes.get(code);
    codes.delete(code);
    const proof = createHash('sha256')
      .update(sent.get('code_verifier') ?? '')
      .digest('base64url');
    const fits = begun?.challenge === proof && begun.redirectUri === sent.get('redirect_uri');
    if (!begun || !fits || sent.get('client_id') !== CLIENT) return answer(response, 400, '{"error":"invalid_grant"}');
    answer(response, 200, JSON.stringify(await tokens(key, begun, below)));
  }

  async function tokens(signing: SigningKey, { nonce }: Begun, below: string) {
    const claims = { iss: address() + below, aud: CLIENT, sub: 'ada', name: 'Ada', groups };
    const own = below === '/forging' ? 'of another sign-in' : nonce;
    return {
      id_token: await tokenOf(signing, now(), { ...claims, nonce: own }),
      access_token: 'opaque',
      token_type: 'Bearer',
      expires_in: 300,
    };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    issuer: address(),
    clientId: CLIENT,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Any page may ask: who has neither code nor verifier gets nothing. */
function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'access-control-allow-origin': '*' }).end(body);
}
