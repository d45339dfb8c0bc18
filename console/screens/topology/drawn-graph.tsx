// All that is on the map, at its natural size: lines, labels where there is room, boxes.
import { useMemo } from 'preact/hooks';
import { go, usePlace } from '../../router/router.tsx';
import { useLanguage, useTexts } from '../../text/language.ts';
import { keyOf } from './boxes.ts';
import { EdgeLine, LabelBox } from './drawn-edge.tsx';
import { NodeBox } from './drawn-node.tsx';
import { formOf, saidOf } from './edge-says.ts';
import { stemOf } from './figures.ts';
import { speaking, type DrawnEdge, type Graph } from './graph.ts';
import { labelled, type Layout } from './layout.ts';
import { toEdge, type Chosen } from './places.ts';
import { mapTexts } from './texts.ts';

export interface DrawnGraphProps {
  graph: Graph;
  layout: Layout;
  chosen: Chosen;
  /** Nodes that are searched for; undefined when none are. */
  found: ReadonlySet<string> | undefined;
  errorsOnly: boolean;
}

/** Edges from which lines are drawn thinner, so that boxes stand out. */
const CROWDED = 100;

export function DrawnGraph({ graph, layout, chosen, found, errorsOnly }: DrawnGraphProps) {
  const t = useTexts(mapTexts);
  const language = useLanguage();
  // What is chosen is part of it; links keep the rest of the address.
  const place = usePlace();
  // While all of it is moved or scaled, nothing in it changes.
  return useMemo(() => {
    const drawn = graph.edges.filter((edge) => !errorsOnly || edge.failsAny);
    const lit = litBy(chosen, found, drawn);
    const spoken = speaking(drawn);
    const said = new Map(spoken.map((edge) => [edge.key, saidOf(t, edge)]));
    const labels = labelled(
      layout,
      spoken
        .filter(({ key }) => lit?.edges.has(key) ?? true)
        .map(({ key }) => ({ key, forms: (said.get(key) ?? []).map(formOf) })),
    );
    const stem = stemOf(deployed(graph));
    const touched = new Set(errorsOnly ? drawn.flatMap(({ from, to }) => [from, to]) : graph.nodes.keys());
    return (
      <g class={drawn.length > CROWDED ? 'crowded' : ''}>
        {drawn.map((edge) => (
          <EdgeLine
            key={edge.key}
            edge={edge}
            says={said.get(edge.key)?.[0]}
            route={layout.routes.get(edge.key)}
            faint={lit !== undefined && !lit.edges.has(edge.key)}
            chosen={chosen !== undefined && 'edge' in chosen && keyOf(chosen.edge) === edge.key}
            onChoose={() => go(toEdge(edge))}
          />
        ))}
        {drawn.map(({ key, fares }) => {
          const label = labels.get(key);
          const text = label && said.get(key)?.[label.form];
          return text ? <LabelBox key={key} fares={fares} box={label.box} said={text} /> : null;
        })}
        {inOrder(graph, layout).map((drawnNode) => {
          const { id } = drawnNode.node;
          const box = layout.boxes.get(id);
          return box ? (
            <NodeBox
              key={id}
              drawn={drawnNode}
              box={box}
              chosen={chosen !== undefined && 'node' in chosen && id === chosen.node}
              stem={stem}
              faint={(lit !== undefined && !lit.nodes.has(id)) || !touched.has(id)}
            />
          ) : null;
        })}
      </g>
    );
  }, [graph, layout, found, errorsOnly, language, place]);
}

/** Names that a deployment gives, and begins alike; services are called what their people call them. */
const deployed = ({ nodes }: Graph): readonly string[] =>
  [...nodes.values()].flatMap(({ node }) => (node.kind === 'service' || node.kind === 'host' ? [] : [node.name]));

/** As one reads: column by column, each from its top. */
function inOrder({ nodes }: Graph, { boxes }: Layout) {
  const at = (id: string) => boxes.get(id) ?? { x: 0, y: 0 };
  return [...nodes.values()].sort(({ node: { id: a } }, { node: { id: b } }) => at(a).x - at(b).x || at(a).y - at(b).y);
}

/** What stands out: what is chosen and what is next to it, else what is searched for; undefined when all does. */
function litBy(chosen: Chosen, found: ReadonlySet<string> | undefined, edges: readonly DrawnEdge[]) {
  if (!chosen && !found) return undefined;
  const near = edges.filter(({ from, to, key }) => {
    if (!chosen) return found?.has(from) === true || found?.has(to) === true;
    return 'node' in chosen ? from === chosen.node || to === chosen.node : key === keyOf(chosen.edge);
  });
  const nodes = new Set(chosen ? near.flatMap(({ from, to }) => [from, to]) : found);
  if (chosen && 'node' in chosen) nodes.add(chosen.node);
  return { nodes, edges: new Set(near.map(({ key }) => key)) };
}
