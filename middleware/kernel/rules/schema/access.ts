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
  ip: listed(parsed(parseCidr, '203.0.113.0/24, 2001:db8::/32, 198.51.100.7')).optional(),
  resources: listed(name).optional(),
});

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
});

/** Who can change an answer on its way can sign tokens. */
function isSafeFromListeners(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, username, password } = new URL(uri);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]';
}

export const access = z.strictObject({
  require: z
    .array(z.enum(['jwt']))
    .length(1, 'name what every request must carry: [jwt]')
    .optional(),
  jwt: jwt.optional(),
  deny: listed(callers).optional(),
  allow: listed(callers).optional(),
  mode: mode.optional(),
});
