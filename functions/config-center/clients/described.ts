// What the routes of a service's client keys take and answer.
import { z } from 'zod';
import { moment, nextPage, paging, shows, type Description } from '../../api/index.ts';

const MOST_ROLES = 20;
const MOST_ATTRIBUTES = 20;

/** Names what throttles count and what access lists name. */
const client = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._@-]{0,126}[A-Za-z0-9])?$/, 'is 1 to 128 letters, digits and ._@- between them');

/** What an instance itself says of the bearer of a key. */
const OWN = new Set(['sub', 'iss']);

const attributes = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z0-9_:.-]{1,64}$/, 'is 1 to 64 letters, digits and _:.-')
      .refine((name) => !OWN.has(name), 'is what flyball itself says of the bearer of a key'),
    z.string().min(1).max(256),
  )
  .refine((all) => Object.keys(all).length <= MOST_ATTRIBUTES, `are more than ${MOST_ATTRIBUTES}`);

export const newClientBody = z
  .strictObject({
    client: client.meta({ description: 'whose key it is: what throttles count, and access lists and handlers know' }),
    roles: z.array(z.string().min(1).max(256)).max(MOST_ROLES).optional(),
    attributes: attributes.optional().meta({ description: 'read as a token’s claims are' }),
    expiresAt: z
      .union([z.string(), z.int()])
      .optional()
      .meta({ description: 'never, when neither it nor for is given' }),
    for: z.string().optional().meta({ description: '12h, 90d; in place of expiresAt' }),
    note: z.string().max(1000).optional(),
  })
  .meta({ id: 'NewClientKey' });

const key = z
  .object({
    id: z.string().meta({ description: 'the SHA-256 of the key, in hex' }),
    client: z.string(),
    roles: z.array(z.string()),
    attributes: z.record(z.string(), z.string()),
    state: z.enum(['active', 'expired', 'revoked']),
    createdAt: moment,
    createdBy: z.string(),
    expiresAt: moment.optional(),
    revokedAt: moment.optional(),
  })
  .meta({ id: 'ClientKey' });

const idParameter = {
  id: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'is not the id of a client key')
    .meta({ description: 'as the list has it' }),
};

export const listClients: Description = {
  summary: 'List the keys of a service’s clients, valid or not',
  tags: ['access'],
  query: paging,
  answers: shows('A page of keys.', z.object({ keys: z.array(key), ...nextPage })),
};

export const makeClient: Description = {
  summary: 'Make a key for a client of a service',
  details:
    'The key is in this answer and nowhere else. It is let in where the service’s published rules have `access.apiKeys`. A client may have several keys: make the next one, hand it out, revoke the last.',
  tags: ['access'],
  body: {
    schema: newClientBody,
    examples: { partner: { client: 'acme', roles: ['buyer'], attributes: { plan: 'gold' }, for: '90d' } },
  },
  answers: {
    201: { description: 'The key.', schema: key.extend({ key: z.string() }).meta({ id: 'MadeClientKey' }) },
  },
};

export const revokeClient: Description = {
  summary: 'Revoke a client’s key',
  details:
    'Instances let it in for at most a minute more, and while the table does not answer for as long as `access.apiKeys.keepFor` says. Its record stays, so that it never comes back.',
  tags: ['access'],
  params: idParameter,
  answers: shows('The key as it stands.', key),
  problems: { 404: 'The service has no such key.' },
};
