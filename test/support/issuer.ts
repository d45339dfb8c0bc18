// An issuer of tokens: keys made for the test, served over local HTTP as a JWKS, and tokens of every kind of wrong.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JSONWebKeySet, type JWTPayload } from 'jose';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly pair: Pair;
}

export const ISSUER = 'https://issuer.example.com/';
export const AUDIENCE = 'flyball-api';

export async function signingKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  return { kid, alg, pair: await generateKeyPair(alg, { extractable: true }) };
}

/** What an issuer with these keys publishes. */
export async function keySetOf(...keys: readonly SigningKey[]): Promise<JSONWebKeySet> {
  return {
    keys: await Promise.all(
      keys.map(async ({ kid, alg, pair }) => ({ ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' })),
    ),
  };
}

/** A token that is good for five minutes from `nowMs`, with these claims in place of the usual ones; undefined removes one. */
export async function tokenOf(
  key: SigningKey,
  nowMs: number,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, string>> = {},
): Promise<string> {
  const now = Math.floor(nowMs / 1000);
  const usual = { iss: ISSUER, aud: AUDIENCE, sub: 'ada', iat: now, exp: now + 300 };
  const payload = Object.fromEntries(
    Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined),
  ) as JWTPayload;
  return new SignJWT(payload).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header }).sign(key.pair.privateKey);
}

export interface IssuerServer {
  readonly jwksUri: string;
  /** How often the keys were asked for. */
  readonly asked: number;
  /** What is answered from now on. */
  answer: { readonly status: number; readonly body: string; readonly location?: string } | 'nothing';
  close(): Promise<void>;
}

/** Serves key sets on a free port of this machine. */
export async function serveKeys(set: JSONWebKeySet): Promise<IssuerServer> {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked++;
    const { answer } = issuer;
    if (answer === 'nothing') return;
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      ...(answer.location === undefined ? {} : { location: answer.location }),
    });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const issuer: IssuerServer = {
    jwksUri: `http://127.0.0.1:${port}/jwks.json`,
    get asked() {
      return asked;
    },
    answer: { status: 200, body: JSON.stringify(set) },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return issuer;
}
