// Reads which issuers' tokens the control plane takes, and which role their claims give: the text of FLYBALL_ISSUERS.
import { z } from 'zod';
import { platformAt } from '../../middleware/kernel/platform-address.ts';
import { jwt } from '../../middleware/kernel/rules/schema/access.ts';
import { ROLES } from '../../store/items/api-keys.ts';
import { consoleClient } from './auth-console.ts';
import { openClaims, ownersOf } from './auth-owners.ts';
import { placesOf } from './field-errors.ts';
import { readJson } from './json-text.ts';
import { NAME_PATTERN } from './names.ts';
import { MAX_DEPTH, unsafeParts } from './plain.ts';
import { pointerOf } from './pointer.ts';

/** Lambda takes 4 KB of environment in all. */
export const LONGEST_SETTING = 3072;
const MOST_ISSUERS = 8;
const MOST_ROLES = 32;

const NOT_ASKED = {
  credentials: 'is a link-local address, where functions find their credentials: no issuer is there',
  runtime: "is where Lambda's own runtime API is: no issuer is there",
} as const;

const name = z.string().regex(NAME_PATTERN, 'is 1 to 64 lower-case letters, digits and hyphens');
const value = z
  .string()
  .min(1)
  .max(256)
  .refine((text) => !/^\*+$/.test(text), 'fits everybody; write what the value begins or ends with');

const grant = z.strictObject({
  /** All of these claims must have one of the values each; `*` stands for any run of characters. */
  when: z
    .record(z.string().min(1).max(128), z.union([value, z.array(value).min(1).max(50)]))
    .refine((when) => Object.keys(when).length > 0, 'names no claim: it would be for everybody with a token'),
  // Pings carry no token: their credentials are in their address.
  role: z.enum(ROLES).exclude(['pinger']),
  services: z.array(name).min(1).max(50).optional(),
});

const issuer = z
  .strictObject({
    name,
    issuer: jwt.shape.issuer,
    audience: jwt.shape.audience,
    /** Found at the issuer's `/.well-known/openid-configuration` when it is left out. */
    jwksUri: jwt.shape.jwksUri.optional(),
    algorithms: jwt.shape.algorithms,
    leeway: jwt.shape.leeway,
    /** The claim that stands in the audit log. */
    actor: z.string().min(1).max(128).default('sub'),
    /** Takes addresses of issuers that never say whether they have made sure of them. */
    emailVerified: z.literal('assumed').optional(),
    /** Where people who open the console sign in; without it they do with API keys alone. */
    console: consoleClient.optional(),
    /** The first that fits decides. */
    roles: z.array(grant).min(1).max(MOST_ROLES),
  })
  .check((context) => {
    const { issuer, jwksUri, roles } = context.value;
    if (jwksUri === undefined && !jwt.shape.jwksUri.safeParse(issuer).success) {
      context.issues.push({
        code: 'custom',
        input: issuer,
        path: ['issuer'],
        message: 'is no https address to find its keys at; give jwksUri',
      });
    }
    const part = jwksUri === undefined ? 'issuer' : 'jwksUri';
    const asked = context.value[part] ?? '';
    const belongs = URL.canParse(asked) ? platformAt(asked) : undefined;
    if (belongs) context.issues.push({ code: 'custom', input: asked, path: [part], message: NOT_ASKED[belongs] });
    const { console, audience } = context.value;
    if (console?.token === 'id' && ![audience].flat().includes(console.clientId)) {
      const message =
        "has not the console's clientId, which is the audience of ID tokens; name it, or say token: access";
      context.issues.push({ code: 'custom', input: audience, path: ['audience'], message });
    }
    const owners = ownersOf(issuer);
    if (!owners) return;
    for (const [i, { when }] of roles.entries()) {
      for (const claim of openClaims(owners, when)) {
        const message = `fits ${owners.strangers} of others; write the whole owner before the first *`;
        context.issues.push({ code: 'custom', input: when, path: ['roles', i, 'when', claim], message });
      }
      if (Object.keys(when).some((claim) => owners.claims.has(claim))) continue;
      const message = `would be for every one of the ${owners.strangers} there are; name one of ${[...owners.claims.keys()].join(', ')}`;
      context.issues.push({ code: 'custom', input: when, path: ['roles', i, 'when'], message });
    }
  });

const issuers = z
  .array(issuer)
  .min(1)
  .max(MOST_ISSUERS)
  .check((context) => {
    for (const part of ['name', 'issuer'] as const) {
      const seen = new Set<string>();
      for (const [i, one] of context.value.entries()) {
        const path = [i, part];
        if (seen.has(one[part]))
          context.issues.push({ code: 'custom', input: one, path, message: 'stands here twice' });
        seen.add(one[part]);
      }
    }
  });

export type Issuer = z.infer<typeof issuer>;
export type Grant = z.infer<typeof grant>;

/** @throws {Error} saying everything that is wrong with it, by JSON pointer. */
export function readIssuers(text: string): readonly Issuer[] {
  if (text.length > LONGEST_SETTING) {
    throw new Error(`it has ${text.length} characters; at most ${LONGEST_SETTING} are taken`);
  }
  const read = readJson(text, MAX_DEPTH);
  const unsafe = read.ok ? unsafeParts(read.value) : read.errors;
  if (!read.ok || unsafe.length > 0) throw new Error(said(unsafe));
  const parsed = issuers.safeParse(read.value);
  if (parsed.success) return parsed.data;
  const faults = placesOf(parsed.error, read.value);
  throw new Error(said(faults.map(({ path, reason }) => ({ path: pointerOf(path), reason }))));
}

function said(errors: readonly { readonly path: string; readonly reason: string }[]): string {
  return errors.map(({ path, reason }) => (path === '' ? reason : `${path}: ${reason}`)).join('; ');
}
