// What a message says, line by line, before a channel writes it in its own way: what, since when, who owns it, the
// first lines of the exception, what it blocks, what changed in the hour before, runbook and console.
import type { Message, Notice } from '../message.ts';
import { cutToBytes, oneLine } from './cut.ts';
import { lasting, moment } from './moments.ts';

export interface Piece {
  readonly text: string;
  /** Our own words alone: no dialect has to wonder what is in it. */
  readonly strong?: true;
  /** Whole, http or https. */
  readonly href?: string;
  /** As a program wrote it. */
  readonly code?: true;
}

export type Line = readonly Piece[];

/** One notice from what must be said to what may be left out. */
export interface NoticeText {
  readonly head: Line;
  readonly facts: readonly Line[];
  readonly details: readonly Line[];
}

export interface MessageText {
  /** By itself a summary: the subject of an e-mail, what a phone shows. */
  readonly title: string;
  readonly intro: readonly Line[];
  readonly notices: readonly NoticeText[];
  /** How many there are that the message does not list. */
  readonly more: number;
  readonly end: readonly Line[];
}

const TITLE_BYTES = 240;
const NAME_BYTES = 120;
const SUMMARY_BYTES = 480;
const LINE_BYTES = 240;
const LINK_BYTES = 1_000;
const MOST_LINES = 10;

export function textOf(message: Message): MessageText {
  const { notices, reason, timezone } = message;
  const intro: Line[] = [];
  if (message.kind === 'test') intro.push([{ text: 'This is a test of the channel: nothing is wrong.' }]);
  if (reason !== undefined) intro.push([{ text: 'Why now: ', strong: true }, { text: short(reason, LINE_BYTES) }]);
  return {
    title: titleOf(message),
    intro,
    notices: notices.map((notice) => noticeText(message, notice)),
    more: message.more,
    end: [
      [{ text: `flyball ${short(message.cell, NAME_BYTES)} · ${moment(message.at, timezone)} ${short(timezone, 64)}` }],
    ],
  };
}

export function titleOf(message: Message): string {
  const [only] = message.notices;
  // Its stage, of account:region:stage: the end of the message has all of it.
  const from = `[flyball ${short(message.cell.split(':').at(-1) ?? '', NAME_BYTES)}]`;
  if (message.kind === 'test') return cutToBytes(`${from} Test of this channel`, TITLE_BYTES);
  if (only && message.notices.length === 1 && message.more === 0) {
    const severity = only.status === 'firing' ? ` ${only.severity}` : '';
    return cutToBytes(`${from} ${stateOf(message, only)}${severity} ${what(only)}`, TITLE_BYTES);
  }
  const count = (status: Notice['status']) => message.notices.filter((notice) => notice.status === status).length;
  const counts = [
    [count('firing'), 'firing'],
    [count('resolved'), 'resolved'],
    [count('recovered'), 'recovered while held'],
    [message.more, 'more'],
  ] as const;
  const said = counts.filter(([number]) => number > 0).map(([number, status]) => `${number} ${status}`);
  const services = [...new Set(message.notices.map(({ service }) => short(service, NAME_BYTES)))];
  return cutToBytes(`${from} ${said.join(', ') || 'nothing to tell'}: ${services.join(', ')}`, TITLE_BYTES);
}

/** `orders/nightly: failed 3 times`, on one line. */
export function what({ service, name, summary }: Notice): string {
  return `${short(service, NAME_BYTES)}/${short(name, NAME_BYTES)}: ${short(summary, SUMMARY_BYTES)}`;
}

function stateOf({ kind }: Message, { status }: Notice): string {
  if (status === 'resolved') return 'RESOLVED';
  if (status === 'recovered') return 'RECOVERED';
  if (kind === 'repeat') return 'STILL FIRING';
  return kind === 'escalation' ? 'NOBODY ACKNOWLEDGED' : 'FIRING';
}

function noticeText(message: Message, notice: Notice): NoticeText {
  const { timezone } = message;
  const state = `${stateOf(message, notice)}${notice.status === 'firing' ? ` ${notice.severity}` : ''}`;
  const head: Piece[] = [{ text: state, strong: true }, { text: ` ${what(notice)}` }];
  if (notice.status === 'recovered') {
    head.push({ text: ` (${span(notice, timezone)})` });
    return { head, facts: [], details: [] };
  }
  const facts: Line[] = [said('Since', since(message, notice))];
  if (notice.owner !== undefined) facts.push(said('Owner', short(notice.owner, NAME_BYTES)));
  if (notice.because !== undefined) facts.push(said('Because of', short(notice.because, SUMMARY_BYTES)));
  const blocks = some(notice.blocks).map((name) => short(name, NAME_BYTES));
  if (blocks.length > 0) facts.push(said('Blocks', blocks.join(', ') + others(notice.blocks)));
  const links = [link('Runbook', notice.runbook), link('Console', notice.link)].filter((piece) => piece !== undefined);
  if (links.length > 0) facts.push(links.flatMap((piece, i) => (i > 0 ? [{ text: ' · ' }, piece] : [piece])));
  return { head, facts, details: [...exceptionOf(notice), ...changesOf(notice, timezone)] };
}

function since({ at, timezone }: Message, notice: Notice): string {
  if (notice.status === 'resolved') return span(notice, timezone);
  return `${moment(notice.since, timezone)}, for ${lasting(at - notice.since)}`;
}

function span(notice: Notice, timezone: string): string {
  const start = moment(notice.since, timezone);
  if (notice.endedAt === undefined) return start;
  return `${start} until ${moment(notice.endedAt, timezone)}, ${lasting(notice.endedAt - notice.since)}`;
}

function exceptionOf({ exception }: Notice): Line[] {
  const lines = some(exception).map((text): Line => [{ text: short(text, LINE_BYTES), code: true }]);
  return lines.length === 0 ? [] : [[{ text: `Exception${others(exception)}:`, strong: true }], ...lines];
}

function changesOf({ changes }: Notice, timezone: string): Line[] {
  const lines = some(changes).map(({ at, what: change }): Line => {
    return [{ text: `${moment(at, timezone)} ${short(change, LINE_BYTES)}` }];
  });
  return lines.length === 0
    ? []
    : [[{ text: `Changed in the hour before${others(changes)}:`, strong: true }], ...lines];
}

function said(label: string, text: string): Line {
  return [{ text: `${label}: `, strong: true }, { text }];
}

/** Of what is no address of the web, its text: a runbook may be a sentence. */
export function link(label: string, address: string | undefined): Piece | undefined {
  if (address === undefined || address === '') return undefined;
  const href = webAddress(address);
  return href === undefined ? { text: `${label}: ${short(address, SUMMARY_BYTES)}` } : { text: label, href };
}

export function webAddress(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  if ((protocol !== 'https:' && protocol !== 'http:') || href.length > LINK_BYTES) return undefined;
  // What ends a link in one dialect or another.
  return href.replace(/[()<>|*"'`\\[\]]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

export function short(text: string, limit: number): string {
  return cutToBytes(oneLine(text.length > limit * 4 ? text.slice(0, limit * 4) : text), limit);
}

export function some<T>(all: readonly T[] | undefined): readonly T[] {
  return (all ?? []).slice(0, MOST_LINES);
}

function others(all: readonly unknown[] | undefined): string {
  const left = (all?.length ?? 0) - MOST_LINES;
  return left > 0 ? ` (${left} more left out)` : '';
}
