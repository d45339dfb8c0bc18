// What an e-mail says, whichever way it goes: plain text, in which nothing is markup.
import type { Message } from '../message.ts';
import { bytesIn } from './cut.ts';
import { plain } from './dialects.ts';
import { fitted } from './fit.ts';
import { textOf } from './text.ts';

/** Of the text. Much less than any server takes, and more than anybody reads. */
export const MAIL_BYTES = 64 * 1_024;

export interface Mail {
  readonly subject: string;
  readonly text: string;
  /** Keeps answering machines quiet (RFC 3834), and tells a repeat by. */
  readonly headers: Readonly<Record<string, string>>;
}

export function mailOf(message: Message): Mail {
  const text = textOf(message);
  const { lines } = fitted(text, MAIL_BYTES, (line) => bytesIn(plain(line)) + 1);
  return {
    subject: text.title,
    text: `${lines.map(plain).join('\n').trim()}\n`,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Flyball-Message': message.id.replace(/[^\x21-\x7e]/g, '-') },
  };
}
