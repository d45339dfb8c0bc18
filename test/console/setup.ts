// The world of the console's tests: with traffic, so that there is something to see, and an issuer where people sign in.
// Beside it the crowded world, for who asks for it.
import type { TestProject } from 'vitest/node';
import type { LocalWorldState } from '../../infra/local/state-file.ts';
import { startWorld } from '../e2e/world.ts';
import { type OidcIssuer, serveOidcIssuer } from '../support/oidc-issuer.ts';
import { offerCrowd } from './crowd.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the issuers are that the console is told of. */
    issuer: string;
    /** Who is asked where the crowded world is, and starts it for the first who asks. */
    crowd: string;
  }
}

/** What pages ask for first, of each function that answers them. */
const ASKED_FIRST = ['/console/', '/v1/me', '/v1/services', '/v1/alerts', '/v1/jobs', '/v1/telemetry/topology'];
/** Functions that have been loaded answer so soon, also on a machine with other work. */
const WARM_MS = 2_000;
const CALM_WITHIN_MS = 180_000;

/**
 * The world's first minute, in which forty workers are loaded while the traffic begins, is not what these tests look at.
 * Where it never ends they begin all the same, and say what does not answer.
 */
async function calm({ http, adminToken }: LocalWorldState): Promise<void> {
  const until = performance.now() + CALM_WITHIN_MS;
  for (const path of ASKED_FIRST) {
    let isWarm = false;
    while (!isWarm && performance.now() < until) {
      const askedAt = performance.now();
      const isOk = await fetch(`${http}${path}`, { headers: { authorization: `Bearer ${adminToken}` } }).then(
        async (response) => {
          await response.text();
          return response.ok;
        },
        () => false,
      );
      isWarm = isOk && performance.now() - askedAt < WARM_MS;
    }
  }
}

export default async function startSeenWorld(project: TestProject): Promise<() => Promise<void>> {
  const issuer = await serveOidcIssuer(() => Date.now(), ['platform']);
  const crowd = await offerCrowd();
  const end = () => Promise.all([crowd.stop(), issuer.close()]);
  project.provide('issuer', issuer.issuer);
  project.provide('crowd', crowd.address);
  try {
    const options = ['--traffic', `--param=oidcIssuers=${JSON.stringify(issuersOf(issuer))}`];
    // Its cores are shared with Chromium and with the crowd.
    const env = { FLYBALL_STORE_PATIENCE: '30' };
    const stop = await startWorld(project, { name: 'console', options, env });
    await calm(project.getProvidedContext().world);
    return async () => {
      await stop().finally(end);
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** One that signs people in, and two that do not. */
export function issuersOf({ issuer, clientId }: OidcIssuer): object[] {
  const of = (name: string, at: string) => ({
    ...{ name, issuer: at, audience: clientId, jwksUri: `${at}/jwks.json`, actor: 'name' },
    roles: [{ when: { groups: 'platform' }, role: 'editor' }],
    console: {
      ...{ clientId, scope: 'openid' },
      ...{ authorizationEndpoint: `${at}/authorize`, tokenEndpoint: `${at}/token` },
    },
  });
  return [of('corp', issuer), of('refusing', `${issuer}/refusing`), of('forging', `${issuer}/forging`)];
}
