// Makes of a channel's configuration the way to send a message by it.
import type { Clock } from '../../../middleware/kernel/clock.ts';
import { NotDelivered, type ChannelOf } from '../channel.ts';
import type { Message } from '../message.ts';
import { secretsOf, type ChannelConfig, type ChannelType } from './config.ts';
import { postedEach } from './events.ts';
import { explained, Failed, type Failure } from './failures.ts';
import { dingtalkJudged, dingtalkRequest } from './dingtalk.ts';
import { feishuJudged, feishuRequest } from './feishu.ts';
import { pagerDutyAddress, pagerDutyJudged, pagerDutyRequests } from './pagerduty.ts';
import { poster, type Answer, type OutboundRequest, type Post } from './post.ts';
import { awsSecrets, heldSecrets, type ReadSecret } from './secrets.ts';
import { sendSes } from './ses.ts';
import { slackJudged, slackRequest } from './slack.ts';
import { sendSmtp } from './smtp.ts';
import { sendSns } from './sns.ts';
import { judged } from './answered.ts';
import { webhookRequest } from './webhook.ts';
import { wecomJudged, wecomRequest } from './wecom.ts';

export { channelConfig, secretsOf, type ChannelConfig, type ChannelType } from './config.ts';

/** A test is one event that ends another: these go in their order. */
const EVENTS_AT_ONCE = 4;

export interface ChannelParts {
  readonly clock: Clock;
  /** Hosts that may have addresses that are not of the internet: what the deployment allows, never the document. */
  readonly privateHosts: readonly string[];
  /** From Systems Manager and Secrets Manager, if nothing else is given. */
  readonly readSecret?: ReadSecret;
  /** How requests are posted, if not by HTTPS. */
  readonly post?: Post;
  /** Whose certificates are believed beside the usual ones, in PEM. */
  readonly ca?: string;
  /** Where PagerDuty is, if not where it is. */
  readonly pagerDutyUrl?: string;
}

/** Hosts as the deployment names them, with commas between. */
export function hostsNamed(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== '');
}

/** Whether each notice is an event of its own there: for it, none may be counted in `more` instead of listed. */
export function listsAll(type: ChannelType): boolean {
  return type === 'pagerduty' || type === 'webhook';
}

/** Secrets are read when a message is sent, and held for all channels together. */
export function createChannels(parts: ChannelParts): ChannelOf {
  const secrets = heldSecrets(parts.readSecret ?? awsSecrets(parts.clock), parts.clock);
  const post = parts.post ?? poster(parts);
  return (name, config) => async (message, signal) => {
    const references = secretsOf(config);
    const seen: string[] = [];
    const valuesOf = async (read: (reference: string) => Promise<string>) => {
      const values = new Map<string, string>();
      for (const reference of references) values.set(reference, await read(reference));
      seen.push(...values.values());
      return values;
    };
    try {
      const known = await valuesOf((reference) => secrets.read(reference, signal));
      const failure = await attempt(parts, post, config, known, message, signal);
      if (!failure) return;
      // It may have been changed since it was read.
      const fresh = failure.secretRefused
        ? await valuesOf((reference) => secrets.readAgain(reference, signal)).catch(() => known)
        : known;
      const changed = references.some((reference) => fresh.get(reference) !== known.get(reference));
      const again = changed ? await attempt(parts, post, config, fresh, message, signal) : failure;
      if (again) throw new Failed(again);
    } catch (error) {
      throw notDelivered(`${name} (${config.type})`, error, seen);
    }
  };
}

async function attempt(...args: Parameters<typeof send>): Promise<Failure | undefined> {
  try {
    return await send(...args);
  } catch (error) {
    if (error instanceof Failed) return error.failure;
    throw error;
  }
}

async function send(
  parts: ChannelParts,
  post: Post,
  config: ChannelConfig,
  secrets: ReadonlyMap<string, string>,
  message: Message,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const nowMs = parts.clock.now();
  /** What it refers to, or what is written there in clear. */
  const at = (text: string) => secrets.get(text) ?? text;
  const optional = (text: string | undefined) => (text === undefined ? undefined : at(text));
  const posted = async (request: OutboundRequest, judge: (answer: Answer, nowMs: number) => Failure | undefined) =>
    judge(await post(request, signal), parts.clock.now());
  switch (config.type) {
    case 'sns':
      await sendSns(config, message, parts.clock, signal);
      return undefined;
    case 'ses':
      await sendSes(config, message, parts.clock, signal);
      return undefined;
    case 'smtp':
      await sendSmtp(config, at(config.server), message, parts, signal);
      return undefined;
    case 'webhook':
      return posted(webhookRequest(at(config.url), at(config.secret), message, nowMs), judged);
    case 'slack':
      return posted(slackRequest(at(config.webhook), message), slackJudged);
    case 'pagerduty': {
      const url = parts.pagerDutyUrl ?? pagerDutyAddress(config.region);
      const requests = pagerDutyRequests(url, at(config.routingKey), message);
      return postedEach(
        requests,
        (request) => posted(request, pagerDutyJudged),
        message.kind === 'test' ? 1 : EVENTS_AT_ONCE,
      );
    }
    case 'dingtalk':
      return posted(dingtalkRequest(at(config.webhook), optional(config.secret), message, nowMs), dingtalkJudged);
    case 'feishu':
    case 'lark':
      return posted(feishuRequest(at(config.webhook), optional(config.secret), message, nowMs), feishuJudged);
    case 'wecom':
      return posted(wecomRequest(at(config.webhook), message), wecomJudged);
  }
}

/** Nothing of what was thrown goes along: a stack, an input or a cause may hold what the words do not. */
function notDelivered(channel: string, error: unknown, secrets: readonly string[]): NotDelivered {
  const failure: Failure =
    error instanceof Failed
      ? error.failure
      : {
          why: `something unexpected went wrong (${error instanceof Error ? error.name : typeof error})`,
          retryable: true,
          maybeDelivered: true,
        };
  const { retryable, retryAfterMs, maybeDelivered = false } = failure;
  return new NotDelivered(`${channel}: ${explained(failure, secrets)}`, { retryable, retryAfterMs, maybeDelivered });
}
