// What a verified token's claims say of its bearer here: a name for the audit log, and a role. Pure.
import { compileGlob } from '../../middleware/kernel/glob.ts';
import type { Caller } from './auth.ts';
import type { Grant, Issuer } from './auth-issuers.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Claims that hold several words in one text, as RFC 8693 and Microsoft's tokens have them. */
const WORDS = new Set(['scope', 'scp']);
const LONGEST_NAME = 256;

/** An address, also within another claim. People write theirs themselves: it says nothing until the issuer has made sure. */
const EMAIL = /(^|\.)email$/;

/** How an issuer's tokens become callers; undefined for a token that no entry gives a role. */
export function compileRoles(issuer: Issuer): (subject: string, claims: Claims) => Caller | undefined {
  const grants = issuer.roles.map((grant) => ({
    ...grant,
    fits: compileWhen(grant.when, issuer.emailVerified === 'assumed'),
  }));
  return (subject, claims) => {
    const grant = grants.find(({ fits }) => fits(claims));
    if (!grant) return undefined;
    const { role, services } = grant;
    // With half a character in it, a name could be written and not be read again.
    const name = `jwt:${issuer.name}:${actorOf(subject, claims, issuer.actor)}`.toWellFormed();
    const identity = `jwt:${issuer.name}:${subject}`.toWellFormed();
    return { name, identity, role, ...(services === undefined ? {} : { services }) };
  };
}

function compileWhen(when: Grant['when'], isAssumed: boolean): (claims: Claims) => boolean {
  const tests = Object.entries(when).map(([claim, wanted]) => {
    const globs = [wanted].flat().map(compileGlob);
    const sure = EMAIL.test(claim) && !isAssumed ? claim.replace(EMAIL, '$1email_verified') : undefined;
    return (claims: Claims) =>
      (sure === undefined || [true, 'true'].includes(claimed(claims, sure) ?? false)) &&
      valuesOf(claims, claim).some((value) => globs.some((fits) => fits(value)));
  });
  return (claims) => tests.every((fits) => fits(claims));
}

/** Members of a list, words of a scope, or the one value it has. */
function valuesOf(claims: Claims, claim: string): string[] {
  const value = claimOf(claims, claim);
  if (typeof value === 'string') return WORDS.has(claim) ? value.split(' ') : [value];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((one) =>
    typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean' ? [String(one)] : [],
  );
}

/** By its name, or else by the path that its dots make of it, as in Keycloak's `realm_access.roles`. */
function claimOf(claims: Claims, claim: string): unknown {
  if (Object.hasOwn(claims, claim)) return claims[claim];
  let part: unknown = claims;
  for (const step of claim.split('.')) {
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, step)) return undefined;
    part = (part as Claims)[step];
  }
  return part;
}

/** An address that its issuer has not made sure of names nobody. */
function actorOf(subject: string, claims: Claims, actor: string): string {
  const named = claimOf(claims, actor);
  const unsure = actor === 'email' && ![undefined, true, 'true'].includes(claimed(claims, 'email_verified'));
  return typeof named === 'string' && named !== '' && named.length <= LONGEST_NAME && !unsure ? named : subject;
}

function claimed(claims: Claims, claim: string): string | boolean | undefined {
  const value = claimOf(claims, claim);
  return typeof value === 'string' || typeof value === 'boolean' ? value : undefined;
}
