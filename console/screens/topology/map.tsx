// The map as it is drawn: moved and scaled in its window, with what is chosen in sight.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useTexts } from '../../text/language.ts';
import { DrawnGraph, type DrawnGraphProps } from './drawn-graph.tsx';
import { useHand } from './hand.ts';
import type { Layout } from './layout.ts';
import { mapTexts } from './texts.ts';
import { fitted, moved, opened, showing, zoomed, type View } from './view.ts';
import { useSize } from './window-size.ts';

const STEP_PX = 80;

export function DrawnMap(props: DrawnGraphProps) {
  const { graph, layout, chosen } = props;
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

  const middle = { x: (size?.width ?? 0) / 2, y: (size?.height ?? 0) / 2 };
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
            <g transform={`translate(${seen.x.toFixed(2)} ${seen.y.toFixed(2)}) scale(${seen.scale.toFixed(4)})`}>
              <DrawnGraph {...props} />
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
