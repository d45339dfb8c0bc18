// What a silence speaks of: written by people as words with stars, and compared with what fires, as flyball does. Pure.
import type { OpenAlert } from '../../api/alerts.ts';

export const FIELDS = ['service', 'owner', 'name', 'kind', 'severity', 'tag'] as const;
export type Field = (typeof FIELDS)[number];
/** Of each field that is given one is enough; all of them must fit. */
export type Match = Partial<Record<Field, readonly string[]>>;

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

/** As a sentence: `service settlement · name night*, day*`. */
export const matchText = (match: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(match)
    .map(([field, wanted]) => `${field} ${wanted.join(', ')}`)
    .join(' · ');

/** Tags are not in the list of alerts: whether they fit is not known then. */
export function fits(
  match: Match,
  alert: Pick<OpenAlert, 'service' | 'owner' | 'name' | 'kind' | 'severity'>,
): boolean {
  return FIELDS.every((field) => {
    const wanted = match[field];
    if (wanted === undefined || field === 'tag') return true;
    const own = alert[field];
    return own !== undefined && wanted.some((pattern) => isLike(pattern, own));
  });
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
