// What a silence speaks of: written by people as words with stars, and compared with what fires, as flyball does. Pure.
import type { Field, Hold, Match, OpenAlert, Silence } from '../api/alerts.ts';

const FIELDS = ['service', 'owner', 'name', 'kind', 'severity', 'tag'] as const;

/** `nightly*, orders` as a list; empty of nothing. */
export const wordsOf = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** Without what is not given. */
export function matchOf(given: Readonly<Record<Field, readonly string[]>>): Match {
  return Object.fromEntries(FIELDS.flatMap((field) => (given[field].length > 0 ? [[field, given[field]]] : [])));
}

/** As a sentence: `service settlement · name night*, day*`; `say` has the viewer's words for fields and their values. */
export const matchText = (match: Match, say: (field: Field, value?: string) => string): string =>
  FIELDS.flatMap((field) => {
    const values = match[field]?.map((value) => say(field, value)).join(', ');
    return values === undefined ? [] : [`${say(field)} ${values}`];
  }).join(' · ');

type Own = Pick<OpenAlert, 'service' | 'owner' | 'name' | 'kind' | 'severity' | 'tags'>;

/** Lists of alerts have no tags: whether those fit is not known then, and it fits as far as is known. */
export function fits(match: Match, alert: Own): boolean {
  return FIELDS.every((field) => {
    const wanted = match[field];
    if (wanted === undefined) return true;
    if (field === 'tag') {
      return alert.tags === undefined || alert.tags.some((tag) => wanted.some((pattern) => isLike(pattern, tag)));
    }
    const own = alert[field];
    return own !== undefined && wanted.some((pattern) => isLike(pattern, own));
  });
}

/** Whoever silences what burns already sees it at once: flyball itself holds only what is about to be sent. */
export function withSilences<One extends OpenAlert>(alert: One, silences: readonly Silence[]): One {
  if (alert.status !== 'firing' || alert.held.some(({ kind }) => kind === 'silenced')) return alert;
  const one = silences.find(
    ({ state, match }) =>
      state === 'active' && (match.tag === undefined || alert.tags !== undefined) && fits(match, alert),
  );
  if (!one) return alert;
  const { id, from, until, by, reason } = one;
  const hold: Hold = { kind: 'silenced', by: id, since: from, until, reason: `${by} has silenced it: ${reason}` };
  return { ...alert, held: [...alert.held, hold] };
}

/** `*` stands for any run of characters; greedy from the left is right for it alone. */
function isLike(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
