// How lines are written in plain text, in Slack's markup and in the markdown of robots: nothing that somebody else
// wrote can become a mention, a link, a picture or a tag in them.
import type { Line, Piece } from './text.ts';

export type Dialect = (line: Line) => string;

export const plain: Dialect = (line) =>
  line
    .map(({ text, href, code }) => (href === undefined ? `${code ? '    ' : ''}${text}` : `${text}: ${href}`))
    .join('');

/** Mentions and links are written in angle brackets, and these escape them: https://docs.slack.dev/messaging/formatting-message-text */
export function escapedForSlack(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** Goes into text objects with `verbatim`, which makes no links of addresses and no mentions of names. */
export const slackMarkup: Dialect = (line) => line.map(slackPiece).join('');

function slackPiece({ text, href, strong, code }: Piece): string {
  const safe = escapedForSlack(text);
  if (href !== undefined) return `<${href.replace(/&/g, '&amp;')}|${safe}>`;
  if (code) return `\`${safe.replace(/`/g, 'ˋ') || ' '}\``;
  return strong ? `*${safe.trim()}*${safe.endsWith(' ') ? ' ' : ''}` : safe;
}

/**
 * The markdown of DingTalk and WeCom has no escapes that all their apps honour, so its signs are replaced by those that
 * look like them, and what apps make links or mentions of is broken by a space without width.
 */
export function harmlessInMarkdown(text: string): string {
  return text
    .replace(/[[\]<>*`#]/g, (sign) => LOOK_ALIKE[sign] ?? sign)
    .replace(/:\/\//g, ':\u200b//')
    .replace(/www\./gi, (start) => `${start.slice(0, 3)}\u200b.`)
    .replace(/@/g, '@\u200b');
}

const LOOK_ALIKE: Readonly<Record<string, string>> = {
  '[': '［',
  ']': '］',
  '<': '＜',
  '>': '＞',
  '*': '＊',
  '`': 'ˋ',
  '#': '＃',
};

export const robotMarkdown: Dialect = (line) => line.map(markdownPiece).join('');

function markdownPiece({ text, href, strong, code }: Piece): string {
  const safe = harmlessInMarkdown(text);
  if (href !== undefined) return `[${safe}](${href})`;
  if (code) return `> ${safe}`;
  return strong ? `**${safe.trim()}**${safe.endsWith(' ') ? ' ' : ''}` : safe;
}
