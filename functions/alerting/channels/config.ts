// What the routing document says of a channel. No secret is ever in it: it says where one is kept.
import { z } from 'zod';
import { isLoopbackHost } from './hosts.ts';

/** Where a secret is kept, and none itself; of a JSON secret of Secrets Manager, `#field` is one of its fields. */
const SECRET_REFERENCE =
  /^(ssm:(\/[A-Za-z0-9_.-]{1,128}){2,14}|secretsmanager:[A-Za-z0-9/_+=.@-]{1,512}(#[A-Za-z0-9_.-]{1,128})?)$/;

export const secretReference = z
  .string()
  .max(1_024)
  .check(
    z.regex(
      SECRET_REFERENCE,
      'say where the secret is kept, never the secret: ssm:/flyball/prod/alerts/name (a SecureString) or secretsmanager:flyball/prod/alerts/name, of a JSON secret …#field',
    ),
  );

/** Before the @ what HTML's own pattern of an address takes: other languages' programs read it in the API's description. */
const MAIL_ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*\.)*[A-Za-z0-9-]*[A-Za-z0-9]$/u;
const mailAddress = z
  .string()
  .max(254)
  .check(z.regex(MAIL_ADDRESS, 'an address such as orders@example.com, without a name beside it'));
const mailAddresses = z.array(mailAddress).min(1).max(50);

const region = z.string().check(z.regex(/^[a-z]{2}(-[a-z]+){1,3}-[0-9]{1,2}$/, 'a region such as eu-central-1'));

const sns = z.strictObject({
  type: z.literal('sns'),
  topic: z
    .string()
    .check(
      z.regex(
        /^arn:aws(-[a-z]+)*:sns:[a-z0-9-]{1,32}:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/,
        'the ARN of a topic: arn:aws:sns:eu-central-1:123456789012:alerts',
      ),
    ),
});

const ses = z.strictObject({
  type: z.literal('ses'),
  from: mailAddress,
  to: mailAddresses,
  region: region.optional().meta({ description: "default: flyball's own" }),
  configurationSet: z
    .string()
    .check(z.regex(/^[A-Za-z0-9_-]{1,64}$/, 'the name of a configuration set'))
    .optional(),
});

const smtp = z.strictObject({
  type: z.literal('smtp'),
  server: z
    .union(
      [
        secretReference,
        z
          .string()
          .max(1_024)
          .check(
            z.refine(isMailServer, 'smtp://host:587 or smtps://host:465; one with a name and password is a secret'),
          ),
      ],
      'smtp://host:587 (STARTTLS) or smtps://host:465, or where a secret with the same and a login is kept: ssm:/…',
    )
    .meta({
      description:
        'smtp:// or smtps:// and host; with a login, the reference of a secret that holds smtps://user:password@host',
    }),
  insecure: z
    .literal(true)
    .optional()
    .meta({ description: 'without TLS; only to this machine, for trying things out' }),
  from: mailAddress,
  to: mailAddresses,
});

const webhook = z.strictObject({
  type: z.literal('webhook'),
  url: z.union(
    [
      secretReference,
      z.string().max(2_048).check(z.refine(isOpenUrl, 'https, without a name or password; http only to this machine')),
    ],
    'https://…, or where a secret with the address is kept: ssm:/…',
  ),
  secret: secretReference.meta({
    description: 'signs each request: whsec_ and 24 to 64 bytes in base64; two with a space between while they change',
  }),
});

const slack = z.strictObject({
  type: z.literal('slack'),
  webhook: secretReference.meta({ description: 'the whole address of the incoming webhook' }),
});

const pagerduty = z.strictObject({
  type: z.literal('pagerduty'),
  routingKey: secretReference.meta({ description: 'the integration key of the service' }),
  region: z.enum(['us', 'eu']).optional().meta({ description: 'of the PagerDuty account; default us' }),
});

const robot = {
  webhook: secretReference.meta({ description: "the robot's whole address" }),
  secret: secretReference.optional().meta({ description: 'signs each request, when the robot asks for signatures' }),
};
const dingtalk = z.strictObject({ type: z.literal('dingtalk'), ...robot });
const feishu = z.strictObject({ type: z.enum(['feishu', 'lark']), ...robot });

const wecom = z.strictObject({
  type: z.literal('wecom'),
  webhook: secretReference.meta({ description: "the robot's whole address" }),
});

export const channelConfig = z.discriminatedUnion(
  'type',
  [sns, ses, smtp, webhook, slack, pagerduty, dingtalk, feishu, wecom],
  'type is one of sns, ses, smtp, webhook, slack, pagerduty, dingtalk, feishu, lark, wecom',
);

export type ChannelConfig = z.infer<typeof channelConfig>;
export type ChannelType = ChannelConfig['type'];
export type ConfigOf<T extends ChannelType> = Extract<ChannelConfig, { readonly type: T }>;

/** Where the channel's secrets are kept. */
export function secretsOf(config: ChannelConfig): string[] {
  return Object.values(config).filter(
    (value): value is string => typeof value === 'string' && SECRET_REFERENCE.test(value),
  );
}

function isMailServer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(text);
  if (protocol !== 'smtp:' && protocol !== 'smtps:') return false;
  return hostname !== '' && username + password + search + hash === '' && (pathname === '' || pathname === '/');
}

function isOpenUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username + password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
}
