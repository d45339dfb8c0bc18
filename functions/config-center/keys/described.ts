// What the routes of API keys take and answer.
import { z } from 'zod';
import { ROLES } from '../../../store/items/api-keys.ts';
import { moment, nameParameter, nextPage, paging, shows, wrongWithName, type Description } from '../../api/index.ts';

const LONGEST_NAME = 64;
const MOST_SERVICES = 50;

/** What begins like this in the audit log is a token's bearer. */
const OF_TOKENS = 'jwt:';
/** Its own deeds stand there by this name. */
const ITSELF = 'flyball';

const name = z
  .string()
  .max(LONGEST_NAME)
  .refine(
    (text) => text === text.trim() && wrongWithName(text) === undefined,
    'takes 1 to 64 characters that are seen, in one line and without spaces around',
  )
  .refine((text) => text.toLowerCase() !== ITSELF, `is ${ITSELF}'s own`)
  .refine(
    (text) => !text.toLowerCase().startsWith(OF_TOKENS),
    `begins with ${OF_TOKENS}, as the names of tokens' bearers do`,
  );

export const newKeyBody = z
  .strictObject({
    name: name.meta({ description: 'whose key it is, or what for: stands in the audit log' }),
    role: z.enum(ROLES),
    services: z
      .array(nameParameter('the name of a service'))
      .min(1)
      .max(MOST_SERVICES)
      .optional()
      .meta({ description: 'all when it is left out' }),
    expiresAt: z
      .union([z.string(), z.int()])
      .optional()
      .meta({ description: 'never, when neither it nor for is given' }),
    for: z.string().optional().meta({ description: '12h, 90d; in place of expiresAt' }),
  })
  .refine(({ role, services }) => role !== 'pinger' || (services?.length ?? 1) === 1, {
    path: ['services'],
    error: 'has one service in it for a pinger: its checks are the ones that the key may ping',
  })
  .meta({ id: 'NewKey' });

export const revokeBody = z.strictObject({
  note: z.string().max(1000).optional(),
  made: z.boolean().optional().meta({ description: 'also what it has made, and what those have made' }),
});

const key = z
  .object({
    id: z.string().meta({ description: 'the first 16 characters of the SHA-256 of the key, in hex' }),
    name: z.string(),
    role: z.enum(ROLES),
    services: z.array(z.string()).optional(),
    state: z.enum(['active', 'expired', 'revoked']),
    createdAt: moment,
    createdBy: z.string().optional().meta({ description: 'none for a key that was put into the table from outside' }),
    madeBy: z
      .string()
      .optional()
      .meta({ description: 'who that is whatever they are called: `key:<id>` or `jwt:<issuer>:<sub>`' }),
    expiresAt: moment.optional(),
    revokedAt: moment.optional(),
    revokedBy: z.string().optional(),
  })
  .meta({ id: 'ApiKey' });

const idParameter = {
  id: z
    .string()
    .regex(/^([0-9a-f]{16}|[0-9a-f]{64})$/, 'is not the id of a key')
    .meta({
      description: 'as the list has it; or the whole SHA-256 of the key in hex, also of a key that is not listed',
    }),
};

const NONE = 'There is no such key, or it is for services that the caller’s own is not for.';

export const listKeys: Description = {
  summary: 'List the API keys, valid or not',
  details:
    'A caller for some services sees the keys for those alone. A page may be short or empty while there is a `cursor`.',
  tags: ['keys'],
  query: {
    madeBy: z.string().optional().meta({ description: 'what this one has made: `key:<id>` or `jwt:<issuer>:<sub>`' }),
    ...paging,
  },
  answers: shows('A page of keys, in order of their ids.', z.object({ keys: z.array(key), ...nextPage })),
};

export const makeKey: Description = {
  summary: 'Make an API key',
  details: 'The key is in this answer and nowhere else. It cannot have a role or services that the caller has not.',
  tags: ['keys'],
  body: {
    schema: newKeyBody,
    examples: { pipeline: { name: 'release pipeline', role: 'publisher', services: ['orders'], for: '90d' } },
  },
  answers: {
    201: {
      description: 'The key.',
      schema: key.extend({ key: z.string() }).meta({ id: 'MadeKey' }),
      headers: { location: 'Where the key is described from now on.' },
    },
  },
};

export const readKey: Description = {
  summary: 'Read what is known of an API key',
  tags: ['keys'],
  params: idParameter,
  answers: shows('All but the key itself.', key),
  problems: { 404: NONE },
};

export const revokeKey: Description = {
  summary: 'Revoke an API key',
  details:
    'It is refused from the next request on, and never comes back. Revoking it again changes nothing. What it has made stays good, unless `made` says otherwise.',
  tags: ['keys'],
  params: idParameter,
  body: { schema: revokeBody, optional: true, examples: { leaked: { note: 'stood in a log', made: true } } },
  answers: shows(
    'The key as it stands.',
    key.extend({
      alsoRevoked: z.array(z.string()).optional().meta({ description: 'the ids of those that it had made' }),
    }),
  ),
  problems: { 404: NONE },
};

export const deleteKey: Description = {
  ...{ summary: 'Revoke an API key, as `POST …/revoke` does', tags: ['keys'] },
  details: 'Its record stays, so that it never comes back.',
  params: idParameter,
  answers: shows('The key as it stands.', key),
  problems: { 404: NONE },
};
