// Badges: a picture, or JSON, of how checks stand, for pages that anybody may see. Pure.
import type { Check } from '../../../store/items/check-record.ts';
import { json, text, type ApiResponse } from '../../api/index.ts';
import { statusAt } from './fold.ts';

type BadgeStatus = 'up' | 'late' | 'down';

const FORMATS = ['svg', 'json', 'shields'] as const;
export type BadgeFormat = (typeof FORMATS)[number];

const COLOURS: Readonly<Record<BadgeStatus, string>> = { up: '#4c1', late: '#fe7d37', down: '#e05d44' };
const SHIELDS_COLOURS: Readonly<Record<BadgeStatus, string>> = { up: 'success', late: 'important', down: 'critical' };
const WHO = {
  'access-control-allow-origin': '*',
  'cache-control': 'max-age=0, no-cache, no-store, must-revalidate, private',
};

/** `name.svg` as its two parts; undefined when it ends in nothing that there is. */
export function fileOf(file: string): { readonly name: string; readonly format: BadgeFormat } | undefined {
  const dot = file.lastIndexOf('.');
  const format = FORMATS.find((known) => known === file.slice(dot + 1));
  return dot < 0 || format === undefined ? undefined : { name: file.slice(0, dot), format };
}

/** How checks stand together. Late counts as up where two states are told apart. */
export function badgeOf(
  label: string,
  checks: readonly Check[],
  format: BadgeFormat,
  states: 2 | 3,
  nowMs: number,
): ApiResponse {
  const statuses = checks.map((check) => statusAt(check, nowMs));
  const down = statuses.filter((status) => status === 'down').length;
  const grace = statuses.filter((status) => status === 'grace').length;
  const status: BadgeStatus = down > 0 ? 'down' : grace > 0 && states === 3 ? 'late' : 'up';
  if (format === 'svg') return text(svgOf(label, status), 'image/svg+xml', { headers: WHO });
  if (format === 'json') return json({ status, total: checks.length, grace, down }, { headers: WHO });
  return json({ schemaVersion: 1, label, message: status, color: SHIELDS_COLOURS[status] }, { headers: WHO });
}

/** About as wide as a letter is in 11 px Verdana, in px. */
function widthOf(text: string): number {
  let width = 10;
  for (const letter of text) width += /[ijl.,:;|' ]/.test(letter) ? 4 : /[mwMW@%]/.test(letter) ? 10 : 7;
  return width;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (letter) => ESCAPES[letter] ?? '');

function svgOf(label: string, status: BadgeStatus): string {
  const [left, right] = [widthOf(label), widthOf(status)];
  const words = (text: string, middle: number) => `<text x="${middle}" y="14">${escaped(text)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${escaped(label)}: ${status}">`,
    `<clipPath id="r"><rect width="${left + right}" height="20" rx="3"/></clipPath>`,
    `<g clip-path="url(#r)"><rect width="${left}" height="20" fill="#555"/>`,
    `<rect x="${left}" width="${right}" height="20" fill="${COLOURS[status]}"/></g>`,
    `<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">`,
    words(label, left / 2),
    words(status, left + right / 2),
    '</g></svg>',
  ].join('');
}
