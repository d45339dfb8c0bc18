// The graph that is drawn: nodes and edges of the hour, each with how it fares in the five minutes that are shown. Pure.
import type { MapEdge, MapNode, Topology } from './answers.ts';
import { keyOf } from './boxes.ts';
import { edgeFigures, failsAny, nodeFigures, worse, type Fares, type Figures } from './figures.ts';

export interface DrawnNode extends Figures {
  readonly node: MapNode;
}

export interface DrawnEdge extends Figures {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  /** Undefined when nothing went over it in these five minutes. */
  readonly edge: MapEdge | undefined;
  readonly failsAny: boolean;
}

export interface Graph {
  readonly nodes: ReadonlyMap<string, DrawnNode>;
  readonly edges: readonly DrawnEdge[];
}

/** `alerted` says how a service fares by the alerts that fire for it. */
export function graphOf(
  hour: Topology,
  minutes: Topology | undefined,
  shows: (node: MapNode) => boolean,
  alerted: (service: string) => Fares,
): Graph {
  const present = new Map((minutes?.edges ?? []).map((edge) => [keyOf(edge), edge]));
  const nodes = new Map<string, DrawnNode>();
  for (const node of hour.nodes) {
    if (!shows(node)) continue;
    const figures = nodeFigures(node.id, minutes?.edges ?? []);
    const fares = node.kind === 'service' ? worse(figures.fares, alerted(node.name)) : figures.fares;
    nodes.set(node.id, { ...figures, fares, node });
  }
  const edges = hour.edges
    .filter(({ from, to }) => nodes.has(from) && nodes.has(to))
    .map(({ from, to }) => {
      const edge = present.get(keyOf({ from, to }));
      return { ...edgeFigures(edge), key: keyOf({ from, to }), from, to, edge, failsAny: failsAny(edge) };
    });
  return { nodes, edges };
}

/** The edges that have something to say, in the order in which they get room: what fails first, then by name, which does not change. */
export function speaking(edges: readonly DrawnEdge[]): readonly DrawnEdge[] {
  const rank = ({ fares }: DrawnEdge) => (fares === 'bad' ? 0 : fares === 'warn' ? 1 : 2);
  return edges.filter(({ edge }) => edge !== undefined).sort((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : 1));
}
