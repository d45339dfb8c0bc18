// Which operation of a dependency a call is, and whether it may be repeated. Compiled once per revision.
import type { Random } from '../kernel/clock.ts';
import { compileGlob, specificity } from '../kernel/glob.ts';
import type { Idempotency } from '../kernel/outbound.ts';
import type { DependencyRule } from '../kernel/rules/document.ts';

export interface OperationQuery {
  /** Named by the caller; wins over what the method and path match. */
  readonly operation?: string | undefined;
  /** Upper case; undefined where there is none. */
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly hasKey: boolean;
  /** Whoever sends can give a key of its own making. */
  readonly canMakeKey?: boolean;
}

export interface Operation {
  readonly name: string | undefined;
  readonly idempotency: Idempotency;
  /** Declared `key`, and the caller gave none: one is to be made for this call. */
  readonly keyMade?: true;
}

export type OperationTable = (query: OperationQuery) => Operation;

interface Candidate {
  readonly name: string;
  readonly idempotency: Idempotency;
  readonly matches: ((query: OperationQuery) => boolean) | undefined;
  readonly rank: number;
}

/** Told of an operation that was named and that the rule, which names some, does not have. */
export type Unknown = (operation: string, known: readonly string[]) => void;

/** RFC 9110, 9.2.1: these change nothing. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function compileOperations(operations: DependencyRule['operations'], unknown?: Unknown): OperationTable {
  const candidates = Object.entries(operations ?? {}).map(([name, rule]) => candidateOf(name, rule));
  const byName = new Map(candidates.map((candidate) => [candidate.name, candidate]));
  const byMatch = candidates.filter(({ matches }) => matches).sort((a, b) => b.rank - a.rank);
  return (query) => {
    const found =
      query.operation === undefined ? byMatch.find(({ matches }) => matches?.(query)) : byName.get(query.operation);
    if (!found && query.operation !== undefined && byName.size > 0) unknown?.(query.operation, [...byName.keys()]);
    const name = query.operation ?? found?.name;
    const idempotency = found?.idempotency ?? undeclared(query);
    if (idempotency !== 'key' || query.hasKey) return { name, idempotency };
    // Without a key there is nothing by which the callee could tell a repetition.
    return query.canMakeKey ? { name, idempotency, keyMade: true } : { name, idempotency: 'none' };
  };
}

/** 128 bits of chance, as 32 hex digits: as good as never made twice. */
export function makeKey(random: Random): string {
  let key = '';
  for (let i = 0; i < 4; i++)
    key += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return key;
}

/** A caller that gives a key means it to be used. */
function undeclared({ method, hasKey }: OperationQuery): Idempotency {
  if (method !== undefined && SAFE_METHODS.has(method)) return 'safe';
  return hasKey ? 'key' : 'none';
}

/** Rules name paths as a server sees them: from the slash, without the query. */
function withoutQuery(path: string): string {
  const bare = path.split('?', 1)[0] ?? '';
  return bare.startsWith('/') ? bare : `/${bare}`;
}

function candidateOf(name: string, rule: NonNullable<DependencyRule['operations']>[string]): Candidate {
  const { method, path } = rule.match ?? {};
  const fits = path === undefined ? undefined : compileGlob(path);
  const wanted = method?.toUpperCase();
  const matches = (query: OperationQuery) =>
    (wanted === undefined || query.method === wanted) &&
    (fits === undefined || (query.path !== undefined && fits(withoutQuery(query.path))));
  return {
    name,
    idempotency: rule.idempotency,
    matches: wanted === undefined && fits === undefined ? undefined : matches,
    rank: (path === undefined ? 0 : 1_000 + specificity(path)) + (wanted === undefined ? 0 : 1),
  };
}
