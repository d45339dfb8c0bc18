// Signing in at an identity provider: authorization code with PKCE (RFC 7636), all of it in the browser, without a secret.
import { now } from '../clock.ts';
import { hrefOf } from '../router/router.tsx';
import { claimsOf } from './claims.ts';
import { sentOff, type Begun } from './sent-off.ts';

/** An issuer, as `/console/config.json` has it. */
export interface SignIn {
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly scope: string;
  /** Which of its two tokens the control plane is sent. */
  readonly token: 'id' | 'access';
}

export interface SignedIn {
  readonly token: string;
  /** ms since the epoch. */
  readonly expiresAt?: number;
  /** Where in the page the viewer was going: `/alerts/…`. */
  readonly returnTo: string;
}

/** Why somebody was not signed in, beside what the issuer said. */
export type WhyNot = 'stale' | 'refused' | 'unreachable' | 'unusable';

export class SignInFailed extends Error {
  override readonly name = 'SignInFailed';
  readonly code: WhyNot;
  readonly issuer: string;
  readonly returnTo: string;

  constructor(code: WhyNot, { issuer, returnTo }: Pick<Begun, 'issuer' | 'returnTo'>, detail = '') {
    super(detail);
    this.code = code;
    this.issuer = issuer.name;
    this.returnTo = returnTo;
  }
}

/** Where issuers send people back to; each has to know it. */
const CALLBACK = '/signed-in';
const PATIENCE_MS = 20_000;

const isCallback = (place: Pick<Location, 'pathname'>) => place.pathname === hrefOf(CALLBACK);
const callbackUrl = () => `${location.origin}${hrefOf(CALLBACK)}`;

/** Leaves the page for the issuer's, which sends the viewer back. */
export async function signInWith(issuer: SignIn): Promise<void> {
  const [state, nonce, verifier] = [random(), random(), random()];
  sentOff.keep({ issuer, state, nonce, verifier, returnTo: placeInPage() });
  const url = new URL(issuer.authorizationEndpoint);
  const asked = {
    response_type: 'code',
    client_id: issuer.clientId,
    redirect_uri: callbackUrl(),
    scope: issuer.scope,
    state,
    nonce,
    code_challenge: base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  location.assign(url.href);
}

/**
 * What the issuer's answer in the address is good for; undefined when there is none. The address loses it first of all,
 * so that nobody copies, bookmarks or reports it. Rejects with `SignInFailed`.
 */
export async function finishSignIn(place: Pick<Location, 'pathname' | 'search'>): Promise<SignedIn | undefined> {
  if (!isCallback(place)) return undefined;
  const answer = new URLSearchParams(place.search);
  history.replaceState(null, '', hrefOf(CALLBACK));
  const begun = sentOff.take();
  if (begun === undefined || answer.get('state') !== begun.state || !isOf(answer.get('iss'), begun)) {
    throw new SignInFailed('stale', begun ?? { issuer: NOBODY, returnTo: '/' });
  }
  const code = answer.get('code');
  if (code === null) throw new SignInFailed('refused', begun, saidIn(answer) || 'no code');
  return signedIn(await tokensFor(code, begun), begun);
}

const NOBODY: SignIn = {
  ...{ name: '', issuer: '', clientId: '', authorizationEndpoint: '', tokenEndpoint: '', scope: '' },
  token: 'id',
};

/** RFC 9207: an issuer that names itself must be the one that was asked. */
const isOf = (named: string | null, { issuer }: Begun) => named === null || named === issuer.issuer;

interface Tokens {
  readonly id_token?: unknown;
  readonly access_token?: unknown;
  readonly expires_in?: unknown;
  readonly error?: unknown;
  readonly error_description?: unknown;
}

async function tokensFor(code: string, begun: Begun): Promise<Tokens> {
  const { issuer, verifier } = begun;
  let response: Response;
  try {
    response = await fetch(issuer.tokenEndpoint, {
      method: 'POST',
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(PATIENCE_MS),
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: callbackUrl(),
        client_id: issuer.clientId,
        code_verifier: verifier,
      }),
    });
  } catch {
    throw new SignInFailed('unreachable', begun);
  }
  const tokens = (await response.json().catch(() => ({}))) as Tokens;
  if (response.ok) return tokens;
  const said = [tokens.error, tokens.error_description].filter((one) => typeof one === 'string').join(': ');
  throw new SignInFailed('refused', begun, said || `HTTP ${String(response.status)}`);
}

/** No refresh token is kept: when the token ends the viewer signs in again, and is where they were. */
function signedIn(tokens: Tokens, begun: Begun): SignedIn {
  const { id_token: id, access_token: access, expires_in: seconds } = tokens;
  const claims = typeof id === 'string' ? claimsOf(id) : undefined;
  if (begun.issuer.token === 'id' || id !== undefined) {
    // A token that was asked for in another sign-in is somebody else's.
    if (claims?.['nonce'] !== begun.nonce) throw new SignInFailed('unusable', begun, 'nonce');
  }
  const token = begun.issuer.token === 'id' ? id : access;
  if (typeof token !== 'string' || token === '')
    throw new SignInFailed('unusable', begun, `${begun.issuer.token}_token`);
  const ends = begun.issuer.token === 'id' ? claims?.['exp'] : undefined;
  const expiresAt =
    typeof ends === 'number' ? ends * 1_000 : typeof seconds === 'number' ? now() + seconds * 1_000 : undefined;
  return { token, returnTo: begun.returnTo, ...(expiresAt === undefined ? {} : { expiresAt }) };
}

function saidIn(answer: URLSearchParams): string {
  return [answer.get('error'), answer.get('error_description')].filter(Boolean).join(': ');
}

/** Where the viewer is, without the page's own path. */
function placeInPage(): string {
  if (isCallback(location)) return '/';
  const path = location.pathname.slice(hrefOf('/').length);
  return `${path === '' ? '/' : path}${location.search}`;
}

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

function base64url(bytes: ArrayBuffer | Uint8Array): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
