// What a document says of who may call.
import { z } from 'zod';
import { parseCidr } from '../../cidr.ts';
import { ALGORITHMS } from '../algorithms.ts';
import { duration, listed, mode, name, parsed, pattern } from './values.ts';

/** Who or what an entry of an access list is about; all that is given must fit, one of each list. */
export const callers = z.strictObject({
  client: listed(pattern).optional(),
  claims: z
    .record(z.string().min(1).max(128), listed(z.union([z.string().min(1).max(256), z.number(), z.boolean()])))
    .optional(),
  roles: listed(z.string().min(1).max(256)).optional().meta({
    since: '0.3.0',
    description: 'one of these is among the roles that the token, or the API key, gives its caller',
  }),
  service: listed(name).optional().meta({
    since: '0.3.0',
    description: 'the call is signed by one of these services',
  }),
  ip: listed(parsed(parseCidr, '203.0.113.0/24, 2001:db8::/32, 198.51.100.7')).optional(),
  resources: listed(name).optional(),
});

/** Plain names, one within the other: nothing in it is computed. */
const claimPath = z
  .string()
  .max(256)
  .check(
    z.regex(
      /^[A-Za-z0-9_:@/-]{1,64}(\.[A-Za-z0-9_:@/-]{1,64}){0,4}$/,
      'a path is up to five names of claims with dots between them, such as realm_access.roles',
    ),
  );

export const jwt = z.strictObject({
  issuer: z.string().min(1).max(512),
  audience: z.union([z.string().min(1).max(512), listed(z.string().min(1).max(512))]),
  jwksUri: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .check(
      z.refine(
        isSafeFromListeners,
        'keys are fetched over https, over http only from this machine, and without a name or password',
      ),
    ),
  algorithms: z.array(z.enum(ALGORITHMS)).min(1).optional().meta({ description: 'default: RS256 and ES256' }),
  leeway: duration.optional().meta({ description: 'how far the clocks may disagree; default 30s' }),
  roles: z
    .union([claimPath, z.array(z.string().min(1).max(256)).min(1).max(5)], 'a path such as realm_access.roles')
    .optional()
    .meta({
      since: '0.3.0',
      description: 'where a token has its roles: names with dots between them, or as a list when names have dots',
    }),
});

export const apiKeys = z.strictObject({
  keepFor: duration.optional().meta({
    description: 'how long a key that is known goes on being let in while the table does not answer; default 10m',
  }),
});

export const signed = z.strictObject({
  leeway: duration.optional().meta({ description: 'how far the clocks may disagree; default 5s' }),
});

/** What can identify a caller. */
const credential = z.union([z.literal('jwt'), z.enum(['api-key', 'signed']).meta({ since: '0.3.0' })]);

/** Who can change an answer on its way can sign tokens. */
function isSafeFromListeners(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, username, password } = new URL(uri);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]';
}

export const access = z.strictObject({
  require: z
    .array(credential)
    .min(1, 'name what every request must carry one of: [jwt]')
    .max(3)
    .optional()
    .meta({ description: 'every request must carry one of these' }),
  jwt: jwt.optional(),
  apiKeys: apiKeys
    .optional()
    .meta({ since: '0.3.0', description: 'callers may identify themselves by keys made by the config center' }),
  signed: signed
    .optional()
    .meta({ since: '0.3.0', description: 'other services of the cell may sign their calls, and are then believed' }),
  deny: listed(callers).optional(),
  allow: listed(callers).optional(),
  mode: mode.optional(),
});
