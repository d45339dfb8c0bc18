// What the routes that Apollo's clients know take and answer, and those of the keys that they sign with.
import { z } from 'zod';
import { moment, serviceParameter, shows, UNCHANGED, type Description } from '../../api/index.ts';

const tags = ['apollo'] as const;

const DETAILS =
  'As Apollo’s config service answers it, for Apollo’s clients: the application is the service, and every cluster is ' +
  '`default`. Called with `Authorization: Apollo <appId>:<signature>` and `Timestamp`, or with an API key or token. ' +
  'Parameters that are not known are passed over.';

/** Any is `default`, if it is a name. */
export const CLUSTER = /^[A-Za-z0-9_.-]{1,64}$/;
const NAMESPACE = /^[A-Za-z0-9_.-]{1,80}$/;

const params = {
  cluster: z.string().regex(CLUSTER).meta({ description: 'any: all are `default`' }),
  namespace: z
    .string()
    .regex(NAMESPACE)
    .meta({ description: '`application`, `application.properties`, `flags.json`; the case of letters says nothing' }),
};

const said = z.string().max(256, 'is longer than 256 characters').optional();
const who = {
  ip: said.meta({ description: 'the reader’s address, as it says itself; unless given the one it comes from' }),
  label: said.meta({ description: 'the reader’s label' }),
};

const headers = { 'if-none-match': 'The ETag of what is known: 304 while it stands.' };
const NONE = { 404: 'Nothing of it has been published.' };
const etag = { etag: 'The release key.' };

export const readConfigs: Description = {
  summary: 'Read a namespace as Apollo’s clients do',
  details: DETAILS,
  tags,
  params,
  query: { releaseKey: z.string().optional().meta({ description: 'what is known: 304 while it stands' }), ...who },
  otherQuery: true,
  headers,
  answers: {
    ...shows(
      'The values that this reader is given.',
      z
        .object({
          appId: z.string(),
          cluster: z.literal('default'),
          namespaceName: z.string(),
          configurations: z.record(z.string(), z.string()),
          releaseKey: z.string(),
        })
        .meta({ id: 'ApolloConfig' }),
      etag,
    ),
    ...UNCHANGED,
  },
  problems: NONE,
};

const values = z.record(z.string(), z.string()).meta({ id: 'ApolloValues' });

const file = (summary: string, mediaTypes: readonly string[], schema?: z.ZodType): Description => ({
  summary,
  details: DETAILS,
  tags,
  params,
  query: who,
  otherQuery: true,
  headers,
  answers: {
    200: { description: 'As this reader is given it.', mediaTypes, headers: etag, ...(schema ? { schema } : {}) },
    ...UNCHANGED,
  },
  problems: NONE,
});

export const readAsProperties = file('Read a namespace as properties', ['text/plain']);
export const readAsJson = file('Read a namespace as JSON of its values', ['application/json'], values);
export const readAsRaw = file('Read a namespace that is one text as that text', [
  'text/plain',
  'application/json',
  'application/yaml',
  'application/xml',
]);

export const MOST_NAMESPACES = 50;

/** In the query, as JSON. */
export const notificationsSent = z
  .array(
    z.looseObject({
      namespaceName: z.string().regex(NAMESPACE),
      notificationId: z.int(),
    }),
  )
  .min(1)
  .max(MOST_NAMESPACES);

export const readNotifications: Description = {
  summary: 'Ask which namespaces have changed, as Apollo’s clients do all the time',
  details:
    `${DETAILS}\n\nApollo holds this request for a minute. Here it is answered at once when something has changed, and ` +
    'else after a moment (the deployment parameter `configHold`): clients ask again.',
  tags,
  query: {
    appId: serviceParameter,
    cluster: z.string().max(256, 'is longer than 256 characters').optional(),
    notifications: z
      .string()
      .max(4_096, 'is longer than 4096 characters')
      .meta({
        description: `JSON: [{"namespaceName": "application", "notificationId": -1}], at most ${MOST_NAMESPACES} of them`,
        contentMediaType: 'application/json',
      }),
  },
  otherQuery: true,
  answers: {
    ...shows(
      'What has changed.',
      z.array(
        z
          .object({
            namespaceName: z.string().meta({ description: 'as it was asked for' }),
            notificationId: z.int(),
            messages: z.object({ details: z.record(z.string(), z.int()) }),
          })
          .meta({ id: 'ApolloNotification' }),
      ),
    ),
    304: { description: 'Nothing has.' },
  },
};

export const newReaderBody = z
  .strictObject({
    name: z.string().min(1).max(128).meta({ description: 'whose it is, or what for: stands in the audit log' }),
    expiresAt: z
      .union([z.string(), z.int()])
      .optional()
      .meta({ description: 'never, when neither it nor for is given' }),
    for: z.string().optional().meta({ description: '12h, 90d; in place of expiresAt' }),
    note: z.string().max(1000).optional(),
  })
  .meta({ id: 'NewAccessKey' });

const accessKey = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(['active', 'expired']),
    createdAt: moment,
    createdBy: z.string(),
    expiresAt: moment.optional(),
  })
  .meta({ id: 'AccessKey' });

export const listReaders: Description = {
  summary: 'List the access keys that readers of a service’s configuration sign with',
  tags,
  answers: shows('All of them, without their secrets.', z.object({ keys: z.array(accessKey) })),
};

export const makeReader: Description = {
  summary: 'Make an access key for readers of a service’s configuration',
  details:
    'The secret is in this answer and in no other. It reads this service’s configuration, and nothing else. A service has ' +
    'at most five.',
  tags,
  body: { schema: newReaderBody, examples: { fleet: { name: 'the fleet in Frankfurt', for: '90d' } } },
  answers: {
    201: { description: 'The key.', schema: accessKey.extend({ secret: z.string() }).meta({ id: 'MadeAccessKey' }) },
  },
  problems: { 409: 'There are five of them.' },
};

export const deleteReader: Description = {
  summary: 'Delete an access key: what is signed with it is refused from the next request on',
  tags,
  params: {
    id: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .meta({ description: 'as the list has it' }),
  },
  answers: shows('The key that was deleted.', accessKey),
  problems: { 404: 'The service has no such key.' },
};
