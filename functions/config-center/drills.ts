// Documents with drills in them, looked at beside what stands: faults that have ended since, and faults that are stopped.
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { readCellFaultStop, readFaultStop } from '../../store/items/fault-stops.ts';
import type { Table } from '../../store/port.ts';
import { pointerOf, type FieldError } from '../api/index.ts';
import { validated, warningsOf } from './documents.ts';
import { publishedOf } from './published.ts';
import { validateDocument } from './validate.ts';

/**
 * The document, if it may govern this service from `nowMs` on. A fault that has ended since it was published is in nobody's
 * way: it need not be taken out first to change something else. @throws {Problem} 422 with every error in it.
 */
export async function validatedNow(
  table: Table,
  service: string,
  value: unknown,
  nowMs: number,
): Promise<RuleDocument> {
  const first = validateDocument(service, value, nowMs);
  if (first.valid) return first.document;
  const ended = first.errors.some(({ path }) => /^\/faults\/[^/]+\/until$/.test(path));
  return validated(service, value, nowMs, ended ? (await publishedOf(table, service))?.faults : undefined);
}

/** What of a valid document is probably not meant, as members of an answer; without warnings, none. */
export async function warningsNow(
  table: Table,
  service: string,
  document: RuleDocument,
  nowMs: number,
): Promise<{ readonly warnings?: readonly FieldError[] }> {
  const { warnings: always = [] } = warningsOf(service, document);
  const warnings = [...always, ...(await ofDrills(table, service, document, nowMs))];
  return warnings.length > 0 ? { warnings } : {};
}

async function ofDrills(table: Table, service: string, { faults = {} }: RuleDocument, nowMs: number) {
  const warnings: FieldError[] = [];
  const enabled = Object.entries(faults).filter(([, { mode }]) => mode !== 'disabled');
  const ended = enabled.filter(([, { until }]) => Date.parse(until) <= nowMs);
  for (const [name, { until }] of ended) {
    warnings.push({ path: pointerOf(['faults', name, 'until']), reason: `${until} is past: nothing is injected` });
  }
  if (ended.length === enabled.length) return warnings;
  const stop = (await readFaultStop(table, service)) ?? (await readCellFaultStop(table));
  if (!stop?.stopped) return warnings;
  const since = `${new Date(stop.at).toISOString()}, by ${stop.by}: ${stop.reason}`;
  const reason = `are stopped since ${since}; nothing is injected until somebody resumes them`;
  return [...warnings, { path: '/faults', reason }];
}
