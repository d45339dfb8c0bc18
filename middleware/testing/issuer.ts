// Stands where the issuer of tokens is: keys of its own for each test, and tokens as the rules ask for them.
import type { JSONWebKeySet, JWK, JWTPayload } from 'jose';
import { Misused } from '../kernel/errors.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';

const KEY_ID = 'flyball-test';
const DEFAULT_ALGORITHM = 'ES256';
const VALID_S = 300;

type JwtRule = NonNullable<NonNullable<RuleDocument['access']>['jwt']>;

interface SigningKey {
  readonly sign: (payload: JWTPayload) => Promise<string>;
  readonly published: JWK;
}

export class Issuer {
  readonly #keys = new Map<string, Promise<SigningKey>>();

  /** What it publishes, whatever the address: every key it has signed with. */
  async keySet(): Promise<JSONWebKeySet> {
    await this.#key(DEFAULT_ALGORITHM);
    const keys = await Promise.all(this.#keys.values());
    return { keys: keys.map(({ published }) => published) };
  }

  /**
   * A token that these rules let in: their issuer's, for their audience, good for five minutes from `nowMs`. Claims
   * replace the usual ones; one that is undefined is left out.
   */
  async token(document: RuleDocument | undefined, nowMs: number, claims: JWTPayload): Promise<string> {
    const jwt = document?.access?.jwt;
    if (!jwt) throw new Misused('the rules verify no tokens: they have no access.jwt');
    const key = await this.#key(algorithmOf(jwt));
    const now = Math.floor(nowMs / 1000);
    const usual = { iss: jwt.issuer, aud: jwt.audience, sub: 'ada', iat: now, exp: now + VALID_S };
    const payload = Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined);
    return key.sign(Object.fromEntries(payload));
  }

  #key(algorithm: string): Promise<SigningKey> {
    let key = this.#keys.get(algorithm);
    if (!key) this.#keys.set(algorithm, (key = createKey(algorithm)));
    return key;
  }
}

function algorithmOf({ algorithms }: JwtRule): string {
  return algorithms?.[0] ?? DEFAULT_ALGORITHM;
}

async function createKey(algorithm: string): Promise<SigningKey> {
  const { exportJWK, generateKeyPair, SignJWT } = await import('jose');
  const { publicKey, privateKey } = await generateKeyPair(algorithm);
  const kid = `${KEY_ID}-${algorithm}`;
  const header = { alg: algorithm, kid };
  return {
    sign: (payload) => new SignJWT(payload).setProtectedHeader(header).sign(privateKey),
    published: { ...(await exportJWK(publicKey)), ...header, use: 'sig' },
  };
}
