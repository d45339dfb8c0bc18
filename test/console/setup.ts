// The world of the console's tests: with traffic, so that there is something to see, and an issuer where people sign in.
import type { TestProject } from 'vitest/node';
import { startWorld } from '../e2e/world.ts';
import { type OidcIssuer, serveOidcIssuer } from '../support/oidc-issuer.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the issuers are that the console is told of. */
    issuer: string;
  }
}

export default async function startSeenWorld(project: TestProject): Promise<() => Promise<void>> {
  const issuer = await serveOidcIssuer(() => Date.now(), ['platform']);
  project.provide('issuer', issuer.issuer);
  try {
    const options = ['--traffic', `--param=oidcIssuers=${JSON.stringify(issuersOf(issuer))}`];
    const stop = await startWorld(project, { name: 'console', options });
    return () => stop().finally(() => issuer.close());
  } catch (error) {
    await issuer.close();
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
