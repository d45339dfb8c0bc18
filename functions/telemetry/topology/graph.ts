// The map of who calls whom, from what each service reports: both ends of a call are one edge. Pure.
import { outcomeTest, type Outcome } from '../../../middleware/kernel/outcome.ts';
import { Sum } from '../sums/sum.ts';
import type { ReportedEdge, ServiceEdges } from './edges.ts';

export type NodeKind =
  | 'service'
  | 'function'
  | 'queue'
  | 'bucket'
  | 'topic'
  | 'event'
  | 'stream'
  | 'schedule'
  | 'host'
  | 'table'
  | 'dependency'
  | 'internet'
  | 'direct'
  | 'other';

export interface Node {
  /** The kind and the name, e.g. `service:orders`; of the nameless the kind alone. */
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  /** A service's own, by their deployed names. */
  readonly functions?: readonly string[];
  /** Of a function: the services that say they run it, when there are several, of which at most one does. */
  readonly claimedBy?: readonly string[];
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  /** Who told of it. Of both, the caller's figures are shown: they hold the way there and back. */
  readonly reportedBy: 'caller' | 'callee' | 'both';
  /** What the caller's rules call it. */
  readonly dependencies?: readonly string[];
  readonly sum: Sum;
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

interface Side {
  readonly sum: Sum;
  readonly dependencies: Set<string>;
}

interface Growing {
  readonly from: string;
  readonly to: string;
  caller?: Side;
  callee?: Side;
}

/** What one service reported, all stretches of time together. */
interface Reported {
  readonly functions: Set<string>;
  readonly calls: Map<string, ReportedSum>;
  readonly inbound: Map<string, ReportedSum>;
}

/** The services that say they run a function, by its deployed name. */
type Owners = ReadonlyMap<string, readonly string[]>;

type ReportedSum = Pick<ReportedEdge, 'name' | 'target'> & { readonly sum: Sum };

const KINDS: ReadonlySet<string> = new Set([
  ...['service', 'function', 'queue', 'bucket', 'topic', 'event', 'stream', 'schedule'],
  ...['host', 'table', 'dependency', 'internet', 'direct', 'other'],
]);

/** A deployment has a handful; beyond, the map says nothing anyway. */
const MOST_FUNCTIONS = 200;
const MOST_EDGES = 1_000;

export class GraphBuilder {
  readonly #services = new Map<string, Reported>();

  /** Adds what a service reports of one stretch of time; what is no such report adds nothing. */
  add(service: string, edges: unknown): void {
    if (!isServiceEdges(edges)) return;
    let reported = this.#services.get(service);
    if (!reported)
      this.#services.set(service, (reported = { functions: new Set(), calls: new Map(), inbound: new Map() }));
    const { functions, calls, inbound } = reported;
    for (const name of edges.functions) if (functions.size < MOST_FUNCTIONS) functions.add(name);
    for (const edge of edges.calls) addTo(calls, edge);
    for (const edge of edges.inbound) addTo(inbound, edge);
  }

  /** `sees` says which services may be looked into: what others report, of these too, is not shown. */
  graph(sees: (service: string) => boolean): Graph {
    const owners = this.#owners();
    const growing = new Map<string, Growing>();
    const of = (from: string, to: string) => {
      const key = `${from} ${to}`;
      let edge = growing.get(key);
      if (!edge) growing.set(key, (edge = { from, to }));
      return edge;
    };
    const seen = [...this.#services].filter(([service]) => sees(service));
    const tables = new Set(seen.flatMap(([, { calls }]) => tablesOf(calls)));
    for (const [service, { calls, inbound }] of seen) {
      const self = `service:${service}`;
      for (const call of calls.values()) {
        const edge = of(self, targetOf(call, owners));
        edge.caller = added(edge.caller, call.sum, call.name);
      }
      for (const source of inbound.values()) {
        const edge = of(sourceOf(source, tables), self);
        edge.callee = added(edge.callee, source.sum);
      }
    }
    const ids = new Set(seen.map(([service]) => `service:${service}`));
    for (const { from, to } of growing.values()) ids.add(from).add(to);
    return {
      nodes: [...ids].sort().map((id) => this.#node(id, owners, sees)),
      edges: [...growing.values()].map(edgeOf).sort((a, b) => (`${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1)),
    };
  }

  /** Who says that a function is its own; anybody may say so of any. */
  #owners(): Owners {
    const owners = new Map<string, string[]>();
    for (const [service, { functions }] of this.#services) {
      for (const name of functions) {
        const claimed = owners.get(name);
        if (claimed) claimed.push(service);
        else owners.set(name, [service]);
      }
    }
    return owners;
  }

  #node(id: string, owners: Owners, sees: (service: string) => boolean): Node {
    const { kind, name } = idParts(id);
    const functions = kind === 'service' && sees(name) ? this.#services.get(name)?.functions : undefined;
    const claims = kind === 'function' ? (owners.get(name) ?? []) : [];
    return {
      ...{ id, kind, name },
      ...(functions ? { functions: [...functions].sort() } : {}),
      ...(claims.length > 1 && claims.every(sees) ? { claimedBy: claims.toSorted() } : {}),
    };
  }
}

function addTo(edges: Map<string, ReportedSum>, { name, target, data }: ReportedEdge): void {
  const key = `${name} ${target ?? ''}`;
  let edge = edges.get(key);
  if (!edge) {
    if (edges.size >= MOST_EDGES) return;
    edges.set(key, (edge = { name, ...(target === undefined ? {} : { target }), sum: new Sum() }));
  }
  edge.sum.add(data);
}

/** The same edge under several names, e.g. two dependencies that are one function. */
function added(side: Side | undefined, sum: Sum, dependency?: string): Side {
  const growing = side ?? { sum: new Sum(), dependencies: new Set<string>() };
  growing.sum.add(sum.data());
  if (dependency !== undefined) growing.dependencies.add(dependency);
  return growing;
}

/** A queue's age is known where its messages arrive; all else of a call is best known where it was made. */
function edgeOf({ from, to, caller, callee }: Growing): Edge {
  const best = caller ?? callee;
  return {
    from,
    to,
    reportedBy: caller && callee ? 'both' : caller ? 'caller' : 'callee',
    ...(caller ? { dependencies: [...caller.dependencies].sort() } : {}),
    sum: best?.sum ?? new Sum(),
  };
}

/** A function that one service runs is that service; who else says so must not take what goes there for its own. */
function targetOf({ name, target }: Pick<ReportedEdge, 'name' | 'target'>, owners: Owners): string {
  if (target === undefined) return `dependency:${name}`;
  const { kind, name: called } = idParts(target);
  const [owner, another] = kind === 'function' ? (owners.get(called) ?? []) : [];
  return owner === undefined || another !== undefined ? target : `service:${owner}`;
}

/** The changes of a table come from the table. */
function sourceOf({ name }: Pick<ReportedEdge, 'name'>, tables: ReadonlySet<string>): string {
  if (name === 'http') return 'internet';
  const { kind, name: stream } = idParts(name);
  return kind === 'stream' && tables.has(stream) ? `table:${stream}` : name;
}

function tablesOf(calls: ReadonlyMap<string, ReportedSum>): string[] {
  return [...calls.values()].flatMap(({ target }) => {
    const { kind, name } = idParts(target ?? '');
    return kind === 'table' ? [name] : [];
  });
}

function idParts(id: string): { readonly kind: NodeKind; readonly name: string } {
  const colon = id.indexOf(':');
  const kind = colon < 0 ? id : id.slice(0, colon);
  return { kind: KINDS.has(kind) ? (kind as NodeKind) : 'other', name: colon < 0 ? '' : id.slice(colon + 1) };
}

const isFailure = outcomeTest(['connect', 'timeout', 'error', '5xx']);

/** What share of all failed, and what share flyball refused; null when there was nothing. */
export function sharesOf(sum: Sum): { readonly failed: number | null; readonly refused: number | null } {
  const { total } = sum;
  if (total === 0) return { failed: null, refused: null };
  let failed = 0;
  for (const [outcome, count] of sum.countsOf('outcomes')) if (isFailure(outcome as Outcome)) failed += count;
  return { failed: failed / total, refused: (sum.countsOf('outcomes').get('refused') ?? 0) / total };
}

function isServiceEdges(value: unknown): value is ServiceEdges {
  if (typeof value !== 'object' || value === null) return false;
  const { functions, calls, inbound } = value as Partial<ServiceEdges>;
  return Array.isArray(functions) && Array.isArray(calls) && Array.isArray(inbound);
}
