// Slack's incoming webhooks: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
import type { Message } from '../message.ts';
import { judged } from './answered.ts';
import { cutToLength } from './cut.ts';
import { escapedForSlack, slackMarkup } from './dialects.ts';
import type { Failure } from './failures.ts';
import { fitted } from './fit.ts';
import type { Answer, OutboundRequest } from './post.ts';
import { textOf } from './text.ts';

/** Of Slack's: a header holds 150 characters, a section 3,000, a message 50 blocks. */
export const SLACK_LIMITS = { header: 150, section: 3_000, blocks: 50 } as const;
/** Of ours: what is longer is not read in a chat. With it, sections never become more than a few. */
export const SLACK_LENGTH = 12_000;

export function slackRequest(url: string, message: Message): OutboundRequest {
  const text = textOf(message);
  const { lines } = fitted(text, SLACK_LENGTH, (line) => slackMarkup(line).length + 1);
  const body = JSON.stringify({
    text: escapedForSlack(text.title),
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', text: cutToLength(text.title, SLACK_LIMITS.header), emoji: false },
      },
      ...sections(lines.map(slackMarkup)).map((part) => ({
        type: 'section',
        text: { type: 'mrkdwn', text: part, verbatim: true },
      })),
    ],
  });
  return { url, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
}

/** As few as hold the lines; none is empty, which Slack would refuse. */
function sections(lines: readonly string[]): string[] {
  const parts: string[] = [];
  for (const line of lines) {
    const last = parts.at(-1);
    const longer = last === undefined ? line : `${last}\n${line}`;
    if (last !== undefined && longer.length <= SLACK_LIMITS.section) parts[parts.length - 1] = longer;
    else parts.push(line);
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** Slack says in one word what is wrong, with a status of 4xx. */
const WORDS: Readonly<Record<string, string>> = {
  no_service: 'the webhook was removed or switched off',
  no_service_id: 'the address is incomplete',
  no_team: 'there is no such workspace',
  team_disabled: 'the workspace is switched off',
  invalid_token: 'the address is wrong',
  channel_not_found: 'the channel is gone',
  channel_is_archived: 'the channel is archived',
  action_prohibited: 'an administrator does not allow it',
  posting_to_general_channel_denied: 'not everybody may post there',
  user_not_found: 'the person is gone',
};

export function slackJudged(answer: Answer, nowMs: number): Failure | undefined {
  const failure = judged(answer, nowMs);
  const word = WORDS[answer.body.trim()];
  if (!failure || word === undefined) return failure;
  return { ...failure, why: `${word} (${answer.body.trim()})`, quoted: undefined };
}
