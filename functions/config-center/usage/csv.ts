// Usage as CSV for whoever writes bills: RFC 4180, and safe to open in a spreadsheet, since callers write their keys.
import type { UsageRow } from './rows.ts';

const COLUMNS = [
  'service',
  'rule',
  'key',
  'windowStart',
  'windowEnd',
  'used',
  'limit',
  'share',
  'reached80At',
  'reached100At',
] as const;

/** The rows, each ended by CRLF. Only the first part of a list has a header, so that its parts put together are a list. */
export function csvOf(service: string, rows: readonly UsageRow[], withHeader: boolean): string {
  const lines = rows.map((row) => lineOf(cellsOf(service, row)));
  return [...(withHeader ? [lineOf(COLUMNS)] : []), ...lines].join('');
}

/** Of the limit, to four digits. */
export function shareOf({ used, limit }: UsageRow): number | undefined {
  return limit === undefined ? undefined : Number((used / limit).toFixed(4));
}

export const iso = (ms: number) => new Date(ms).toISOString();

function cellsOf(service: string, row: UsageRow): readonly string[] {
  const at = (ms: number) => (ms === 0 ? '' : iso(ms));
  const number = (value: number | undefined) => (value === undefined ? '' : String(value));
  return [
    ...[service, row.rule, row.key, iso(row.startMs), iso(row.endMs)],
    ...[number(row.used), number(row.limit), number(shareOf(row))],
    ...[at(row.reached80Ms), at(row.reached100Ms)],
  ];
}

function lineOf(cells: readonly string[]): string {
  return `${cells.map((cell) => quoted(harmless(cell))).join(',')}\r\n`;
}

/** What a spreadsheet would take for a formula is text to it behind an apostrophe. */
function harmless(cell: string): string {
  return /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
