// Decides by the lists of an access rule, in Istio's order: denied, then unidentified, then not allowed. Pure.
import { compileGlob } from '../kernel/glob.ts';
import type { Principal } from '../kernel/principal.ts';
import type { AccessEntry, AccessRule } from '../kernel/rules/document.ts';
import { compileNetworks } from './addresses.ts';

/** What is known of a request. */
export interface Facts {
  readonly resource: string;
  /** Undefined when the gateway gave none that can be read. */
  readonly address: string | undefined;
  readonly principal: Principal | undefined;
  /** Whose API key came beside the token that names the principal. */
  readonly keyHolder?: Principal | undefined;
  /** The service that has signed the call. */
  readonly signedBy?: string | undefined;
}

/** Which part of the rule refuses. */
export type RefusedAt = 'deny' | 'require' | 'allow';

export interface Lists {
  /** True when the answer may depend on who the caller is. */
  readonly askWho: boolean;
  /** True when the request is denied whoever the caller is: nothing has to be verified to know that. */
  deniedUnseen(facts: Omit<Facts, 'principal'>): boolean;
  /** Undefined when the request is admitted. */
  refuses(facts: Facts): RefusedAt | undefined;
  /** Which entry of `deny` it is that fits, from 0. */
  deniedBy(facts: Facts): number;
}

type Test = (facts: Facts) => boolean;
type PrincipalTest = (principal: Principal) => boolean;
type Credential = NonNullable<AccessRule['require']>[number];

/** @throws {RangeError} on a network that cannot be read. */
export function compileLists({ require: required, deny = [], allow }: AccessRule): Lists {
  const entries = [...deny, ...(allow ?? [])];
  // An address that cannot be read is no reason to believe that it is not a denied one, and none that it is allowed.
  const denied = deny.map((entry) => compileEntry(entry, true));
  const deniedUnseen = deny.filter((entry) => !asksWho(entry)).map((entry) => compileEntry(entry, true));
  const allowed = allow?.map((entry) => compileEntry(entry, false));
  return {
    askWho: required !== undefined || entries.some(asksWho),
    deniedUnseen: (facts) => deniedUnseen.some((fits) => fits({ ...facts, principal: undefined })),
    deniedBy: (facts) => denied.findIndex((fits) => fits(facts)),
    refuses(facts) {
      if (denied.some((fits) => fits(facts))) return 'deny';
      if (required && !required.some((credential) => carries(facts, credential))) return 'require';
      return allowed && !allowed.some((fits) => fits(facts)) ? 'allow' : undefined;
    },
  };
}

/** What an entry asks of who the caller is. */
export function asksWho({ client, claims, roles, service }: AccessEntry): boolean {
  return client !== undefined || claims !== undefined || roles !== undefined || service !== undefined;
}

/** A token that the gateway in front has verified is one. */
function carries(facts: Facts, credential: Credential): boolean {
  if (credential === 'signed') return facts.signedBy !== undefined;
  return identities(facts).some(({ by }) => (credential === 'api-key') === (by === 'api-key'));
}

function identities({ principal, keyHolder }: Facts): Principal[] {
  return [principal, keyHolder].filter((one) => one !== undefined);
}

/** All that an entry gives must fit; one that gives nothing fits nobody, since it was meant to say something. */
function compileEntry({ client, claims, roles, service, ip, resources }: AccessEntry, denying: boolean): Test {
  const tests: Test[] = [];
  if (resources) tests.push(({ resource }) => resources.includes(resource));
  if (ip) {
    const within = compileNetworks(ip);
    tests.push(({ address }) => (address === undefined ? denying : within(address)));
  }
  if (service) tests.push(({ signedBy }) => signedBy !== undefined && service.includes(signedBy));
  if (client || claims || roles) {
    const is = compilePrincipal({ client, claims, roles }, denying);
    // All of one: nobody is let in by the name of one and the role of another.
    tests.push((facts) => identities(facts).some(is));
  }
  if (tests.length === 0) return () => false;
  return (facts) => tests.every((fits) => fits(facts));
}

function compilePrincipal(
  { client, claims = {}, roles }: Pick<AccessEntry, 'client' | 'claims' | 'roles'>,
  denying: boolean,
): PrincipalTest {
  const tests: PrincipalTest[] = [];
  if (client) {
    const globs = client.map(compileGlob);
    tests.push(({ id }) => globs.some((fits) => fits(id)));
  }
  if (roles) tests.push((principal) => principal.roles?.some((role) => roles.includes(role)) ?? false);
  for (const [name, wanted] of Object.entries(claims)) {
    const values = new Set(wanted.map(String));
    tests.push((principal) => valuesOf(principal, name, denying).some((one) => values.has(one)));
  }
  return (principal) => tests.length > 0 && tests.every((fits) => fits(principal));
}

/** Claims that hold several words in one text, as RFC 8693 and Microsoft's tokens have them. */
const WORDS = new Set(['scope', 'scp']);

/** A claim's values: members of a list, words of a scope, or the one it has. */
function valuesOf({ claims, by }: Principal, name: string, denying: boolean): string[] {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (typeof value === 'string') {
    if (WORDS.has(name)) return value.split(' ');
    return by === 'gateway' ? flattened(value, denying) : [value];
  }
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((one) =>
    typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean' ? [String(one)] : [],
  );
}

/**
 * A claim as a gateway passes it on, which makes texts of lists: `[a b]` by HTTP APIs, `a,b` by REST APIs. A comma may
 * as well be part of one value, which is reason enough to deny, and none to allow.
 */
function flattened(value: string, denying: boolean): string[] {
  const members = /^\[(.*)\]$/.exec(value)?.[1]?.split(' ') ?? [];
  return denying ? [value, ...members, ...value.split(/[\s,[\]]+/)] : [value, ...members];
}
