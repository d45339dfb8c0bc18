// What a request for usage asks for: which rules, which windows, which key, and in which form.
import { z } from 'zod';
import type { UsageKey } from '../../../store/items/usage.ts';
import { badRequest, isName, notFound, pageOf, readTime, type OpenRequest } from '../../api/index.ts';
import { askedKey } from '../throttle-key.ts';
import type { Published } from './quotas.ts';

/** Where a page ended: the next one begins behind it. */
export interface UsagePosition {
  readonly rule: string;
  readonly startMs: number;
  readonly after: UsageKey;
}

export interface UsageQuery {
  readonly service: string;
  readonly rules: readonly string[];
  /** Windows with a moment in [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
  /** As it stands in the table; all keys when it is undefined. */
  readonly key: string | undefined;
  readonly limit: number;
  readonly after: UsagePosition | undefined;
}

const position = z.tuple([z.string(), z.number(), z.string(), z.string()]);
const LONGEST_STORED = 1_024;

/** @throws {Problem} 400 for what cannot be meant, 404 for a rule that is and was none. */
export function usageQuery(
  request: OpenRequest,
  service: string,
  published: Published,
  { csv, mostRows }: { readonly csv: boolean; readonly mostRows: number },
): UsageQuery {
  const { query } = request;
  const list = listOf(service, query);
  const page = pageOf(request, list);
  const rule = query.get('rule');
  const { fromMs, toMs } = spanOf(request);
  return {
    ...{ service, fromMs, toMs },
    rules: rule === null ? [...published.quotas.keys()] : [ruleOf(rule, published)],
    key: keyOf(query, rule, published),
    limit: csv && query.get('limit') === null ? mostRows : page.limit,
    after: page.cursor === undefined ? undefined : positionOf(page.cursor),
  };
}

/** A cursor is good for what it was given for, and no other span or key. */
export function listOf(service: string, query: URLSearchParams): string {
  const asked = ['rule', 'from', 'to', 'stored'].map((name) => query.get(name) ?? '');
  return `usage:${JSON.stringify([service, ...asked, ...query.getAll('key')])}`;
}

/** [from, to): of this moment unless it is said. @throws {Problem} 400 unless they are times, in this order. */
export function spanOf(request: OpenRequest, defaultMs = 0): { readonly fromMs: number; readonly toMs: number } {
  const [from, to] = [timeOf(request, 'from'), timeOf(request, 'to')];
  const toMs = to ?? Math.max(request.at, from ?? 0) + 1;
  const fromMs = from ?? toMs - 1 - defaultMs;
  if (fromMs >= toMs) throw badRequest('from is not before to; a window is told of that has a moment from from to to.');
  return { fromMs: Math.max(0, fromMs), toMs };
}

function timeOf({ query }: OpenRequest, name: string): number | undefined {
  const written = query.get(name);
  if (written === null) return undefined;
  const ms = readTime(written);
  if (ms === undefined) throw badRequest(`${name} is not a time; write 2027-01-01T00:00:00Z.`);
  return ms;
}

/** A rule that is gone may still be billed for. */
function ruleOf(rule: string, { whyNot }: Published): string {
  if (!isName(rule)) throw badRequest('rule is not the name of a throttle.');
  const reason = whyNot(rule);
  if (reason !== undefined) throw notFound(`The throttle "${rule}" ${reason}.`);
  return rule;
}

function keyOf(query: URLSearchParams, rule: string | null, { quotas }: Published): string | undefined {
  const stored = query.get('stored');
  if (stored === null && query.get('key') === null) return undefined;
  if (rule === null) throw badRequest('A key is one of a rule: say which by rule.');
  const quota = quotas.get(rule);
  if (quota) return askedKey(query, quota.rule).stored;
  if (stored === null)
    throw badRequest(`The throttle "${rule}" is no longer in force: say by stored which key is meant.`);
  if (stored === '' || stored.length > LONGEST_STORED) throw badRequest('stored is not how the table has a key.');
  return stored;
}

/** @throws {Problem} 400 for what nobody was given. */
function positionOf(cursor: string): UsagePosition {
  const { success, data } = position.safeParse(parsed(cursor));
  if (!success) throw badRequest('The cursor is not one that this list gave; start again without it.');
  const [rule, startMs, key, generation] = data;
  return { rule, startMs, after: { key, generation } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The inside of a cursor that goes on behind a position. */
export function cursorOf({ rule, startMs, after: { key, generation } }: UsagePosition): string {
  return JSON.stringify([rule, startMs, key, generation]);
}
