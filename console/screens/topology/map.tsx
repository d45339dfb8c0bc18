// The map as it is drawn: moved and scaled in its window, with what is chosen in sight.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { go } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import { keyOf } from './boxes.ts';
import { EdgeLine, LabelBox } from './drawn-edge.tsx';
import { NodeBox } from './drawn-node.tsx';
import { labelsWanted, type DrawnEdge, type Graph } from './graph.ts';
import { stemOf } from './figures.ts';
import { useHand } from './hand.ts';
import { labelled, type Layout } from './layout.ts';
import { toEdge, type Chosen } from './places.ts';
import { mapTexts } from './texts.ts';
import { fitted, moved, opened, showing, zoomed, type View } from './view.ts';
import { useSize } from './window-size.ts';

interface MapProps {
  graph: Graph;
  layout: Layout;
  chosen: Chosen;
  /** Nodes that are searched for; undefined when none are. */
  found: ReadonlySet<string> | undefined;
  errorsOnly: boolean;
}

const STEP_PX = 80;
/** Edges from which lines are drawn thinner, so that boxes stand out. */
const CROWDED = 100;

export function DrawnMap({ graph, layout, chosen, found, errorsOnly }: MapProps) {
  const t = useTexts(mapTexts);
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const [view, setView] = useState<View>();
  const seen = view ?? (size ? opened(layout, size) : undefined);
  const change = (by: (view: View) => View) => {
    if (seen) setView(by(seen));
  };
  useHand(box, {
    move: (dx, dy) => change((at) => (size ? moved(at, dx, dy, layout, size) : at)),
    zoom: (factor, at) => change((now) => zoomed(now, factor, at)),
  });
  const show = (id: string) => {
    const there = layout.boxes.get(id);
    if (there && size && seen) setView(showing(seen, there, size));
  };
  const node = chosen && 'node' in chosen ? chosen.node : undefined;
  useEffect(() => {
    if (node !== undefined) show(node);
  }, [node, size === undefined]);

  const drawn = useMemo(() => graph.edges.filter((edge) => !errorsOnly || edge.failsAny), [graph, errorsOnly]);
  const lit = litBy(chosen, found, drawn);
  const labels = labelled(layout, labelsWanted(lit ? drawn.filter(({ key }) => lit.edges.has(key)) : drawn));
  const stem = useMemo(() => stemOf(deployed(graph)), [graph]);
  const middle = { x: (size?.width ?? 0) / 2, y: (size?.height ?? 0) / 2 };
  const touched = new Set(errorsOnly ? drawn.flatMap(({ from, to }) => [from, to]) : graph.nodes.keys());
  return (
    <div class="map-frame">
      <div
        ref={box}
        class="map"
        tabIndex={0}
        role="group"
        aria-label={t('map', { nodes: graph.nodes.size, edges: graph.edges.length })}
        aria-description={t('mapKeys')}
        onFocusIn={({ target }) => {
          if (!(target instanceof Element) || !target.matches(':focus-visible')) return;
          const id = target.closest('[data-node]')?.getAttribute('data-node');
          if (typeof id === 'string') show(id);
        }}
        onKeyDown={(event) => {
          const act = keyActs(event.key);
          if (!act || event.ctrlKey || event.metaKey || event.altKey || !size) return;
          event.preventDefault();
          change((at) => act(at, layout, size));
        }}
      >
        <svg width="100%" height="100%">
          <defs>
            {(['ok', 'warn', 'bad', 'unknown'] as const).map((kind) => (
              <marker
                key={kind}
                id={`arrow-${kind}`}
                class={`arrow ${kind}`}
                viewBox="0 0 8 8"
                refX={7}
                refY={4}
                markerWidth={8}
                markerHeight={8}
                markerUnits="userSpaceOnUse"
                orient="auto"
              >
                <path d="M0 .5 8 4 0 7.5z" />
              </marker>
            ))}
          </defs>
          {seen ? (
            <g
              class={drawn.length > CROWDED ? 'crowded' : ''}
              transform={`translate(${seen.x.toFixed(2)} ${seen.y.toFixed(2)}) scale(${seen.scale.toFixed(4)})`}
            >
              {drawn.map((edge) => (
                <EdgeLine
                  key={edge.key}
                  edge={edge}
                  route={layout.routes.get(edge.key)}
                  faint={lit !== undefined && !lit.edges.has(edge.key)}
                  chosen={chosen !== undefined && 'edge' in chosen && keyOf(chosen.edge) === edge.key}
                  onChoose={() => go(toEdge(edge))}
                />
              ))}
              {drawn.map((edge) => {
                const label = labels.get(edge.key);
                return label ? <LabelBox key={edge.key} edge={edge} box={label.box} /> : null;
              })}
              {inOrder(graph, layout).map((drawnNode) => {
                const { id } = drawnNode.node;
                const there = layout.boxes.get(id);
                return there ? (
                  <NodeBox
                    key={id}
                    drawn={drawnNode}
                    box={there}
                    chosen={id === node}
                    stem={stem}
                    faint={(lit !== undefined && !lit.nodes.has(id)) || !touched.has(id)}
                  />
                ) : null;
              })}
            </g>
          ) : null}
        </svg>
      </div>
      <div class="map-scale">
        <button type="button" aria-label={t('larger')} onClick={() => change((at) => zoomed(at, 1.25, middle))}>
          +
        </button>
        <button type="button" aria-label={t('smaller')} onClick={() => change((at) => zoomed(at, 0.8, middle))}>
          −
        </button>
        <button
          type="button"
          aria-label={t('whole')}
          onClick={() => (size ? setView(fitted(layout, size)) : undefined)}
        >
          ⤢
        </button>
      </div>
    </div>
  );
}

/** Names that a deployment gives, and begins alike; services are called what their people call them. */
const deployed = ({ nodes }: Graph): readonly string[] =>
  [...nodes.values()].flatMap(({ node }) => (node.kind === 'service' || node.kind === 'host' ? [] : [node.name]));

/** As one reads: column by column, each from its top. */
function inOrder({ nodes }: Graph, { boxes }: Layout) {
  const at = (id: string) => boxes.get(id) ?? { x: 0, y: 0 };
  return [...nodes.values()].sort(({ node: { id: a } }, { node: { id: b } }) => at(a).x - at(b).x || at(a).y - at(b).y);
}

type KeyAct = (view: View, content: Layout, window: { width: number; height: number }) => View;

function keyActs(key: string): KeyAct | undefined {
  const by =
    (dx: number, dy: number): KeyAct =>
    (view, content, window) =>
      moved(view, dx * STEP_PX, dy * STEP_PX, content, window);
  const scaled =
    (factor: number): KeyAct =>
    (view, _content, { width, height }) =>
      zoomed(view, factor, { x: width / 2, y: height / 2 });
  const acts: Readonly<Record<string, KeyAct>> = {
    ArrowLeft: by(1, 0),
    ArrowRight: by(-1, 0),
    ArrowUp: by(0, 1),
    ArrowDown: by(0, -1),
    '+': scaled(1.25),
    '=': scaled(1.25),
    '-': scaled(0.8),
    '0': (_view, content, window) => fitted(content, window),
  };
  return Object.hasOwn(acts, key) ? acts[key] : undefined;
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
