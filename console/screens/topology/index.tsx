// The screen Topology: who calls whom, and how the traffic between them fares, now or at any five minutes.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useLive } from '../../api/live.ts';
import { useOpenAlerts, useTitle } from '../../attention.ts';
import { useNarrow } from '../../parts/narrow.ts';
import { Empty, Shown } from '../../parts/shown.tsx';
import { go, useParam } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { ScreenProps } from '../screen.ts';
import type { MapNode, Topology } from './answers.ts';
import type { Place } from './boxes.ts';
import { Controls, TimeTravel } from './controls.tsx';
import { isFound, worse, type Fares } from './figures.ts';
import { graphOf } from './graph.ts';
import { layoutOf, type Layout } from './layout.ts';
import { EdgeList } from './list.tsx';
import { DrawnMap } from './map.tsx';
import { Panel } from './panel.tsx';
import { chosenOf, hiddenOf, hiddenText, isHidden, toMap, type Chosen } from './places.ts';
import { mapTexts } from './texts.ts';
import { queryOfHour, queryOfRange, shownOf, type Shown as Minutes } from './window.ts';

const EVERY_MS = 30_000;
const PATH = '/v1/telemetry/topology';

export default function TopologyScreen({ rest }: ScreenProps) {
  const t = useTexts(mapTexts);
  useTitle(t('title'));
  const [at] = useParam('at');
  const newest = useLive<Topology>(PATH, EVERY_MS);
  const shown = newest.data && shownOf(Date.parse(newest.data.completeUntil), at);
  const older = useLive<Topology>(shown?.older ? PATH + queryOfHour(shown.last) : undefined, EVERY_MS);
  const hour = shown?.older ? older : newest;
  const chosen = chosenOf(rest);
  useEscape(chosen !== undefined);
  return (
    <div class="topology-screen stack">
      <div class="head">
        <h1>{t('title')}</h1>
        {shown ? <TimeTravel shown={shown} /> : null}
      </div>
      <Shown of={hour}>
        {(topology) =>
          topology.nodes.length === 0 ? (
            <Empty title={t('empty')}>{t(shown?.older ? 'emptyThen' : 'emptyWhy')}</Empty>
          ) : shown ? (
            <Present hour={topology} shown={shown} chosen={chosen} />
          ) : null
        }
      </Shown>
    </div>
  );
}

/** What is chosen is let go, wherever the focus is. */
function useEscape(chosen: boolean): void {
  useEffect(() => {
    if (!chosen) return;
    const pressed = ({ key, defaultPrevented }: KeyboardEvent) => {
      if (key === 'Escape' && !defaultPrevented) go(toMap());
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [chosen]);
}

function Present({ hour, shown, chosen }: { hour: Topology; shown: Minutes; chosen: Chosen }) {
  const t = useTexts(mapTexts);
  const narrow = useNarrow();
  const [view] = useParam('view');
  const [words] = useParam('find');
  const [errors] = useParam('errors');
  const [hide, setHide] = useParam('hide');
  const look = useLive<Topology>(PATH + queryOfRange(shown.from, shown.to), EVERY_MS);
  const minutes = useKept(look.data);
  const alerted = useAlerted(shown.live);
  const hidden = hiddenOf(hide);
  const graph = useMemo(
    () => graphOf(hour, minutes, (node) => !isHidden(hidden, node), alerted),
    [hour, minutes, hide, alerted],
  );
  const [layout, arrange] = useLayout([...graph.nodes.keys()], graph.edges);
  const found = useMemo(
    () =>
      foundBy(
        words,
        [...graph.nodes.values()].map(({ node }) => node),
      ),
    [words, graph],
  );
  const listed = view === '' ? narrow : view === 'list';
  return (
    <>
      <Controls listed={listed} found={found?.size} hidden={hour.nodes.length - graph.nodes.size} onArrange={arrange} />
      {(hour.unreadable ?? 0) > 0 ? <p class="note warn">{t('unreadable', { count: hour.unreadable ?? 0 })}</p> : null}
      {minutes?.edges.length === 0 ? <p class="note">{t('nothingThen')}</p> : null}
      <div class={`beside ${chosen ? 'with-panel' : ''}`}>
        <div class="stack">
          <Shown of={{ ...look, data: minutes }}>
            {() =>
              listed ? (
                <EdgeList graph={graph} found={found} errorsOnly={errors === '1'} />
              ) : (
                <DrawnMap graph={graph} layout={layout} chosen={chosen} found={found} errorsOnly={errors === '1'} />
              )
            }
          </Shown>
        </div>
        {chosen ? (
          <Panel
            graph={graph}
            chosen={chosen}
            until={shown.to}
            onHide={(what) => {
              go(toMap());
              setHide(hiddenText([...hidden, what]));
            }}
          />
        ) : null}
      </div>
      <p class="quiet">{t('legend')}</p>
    </>
  );
}

/** What was there while what is next is yet to come, so that nothing flickers. */
function useKept<T>(value: T | undefined): T | undefined {
  const kept = useRef(value);
  if (value !== undefined) kept.current = value;
  return kept.current;
}

/** How services fare by the alerts that fire for them; of times gone by nothing is known. */
function useAlerted(live: boolean): (service: string) => Fares {
  const { data } = useOpenAlerts();
  return useMemo(() => {
    const fares = new Map<string, Fares>();
    for (const { service, status, severity } of live ? (data?.alerts ?? []) : []) {
      if (status !== 'firing') continue;
      fares.set(service, worse(fares.get(service) ?? 'unknown', severity === 'realtime' ? 'bad' : 'warn'));
    }
    return (service) => fares.get(service) ?? 'unknown';
  }, [data, live]);
}

/** The layout of what is there, made anew only when something comes or goes; then what stays keeps its place. */
function useLayout(
  ids: readonly string[],
  edges: readonly { from: string; to: string }[],
): readonly [Layout, () => void] {
  const kept = useRef<ReadonlyMap<string, Place>>(new Map());
  const [turn, setTurn] = useState(0);
  const of = JSON.stringify([ids, edges.map(({ from, to }) => [from, to])]);
  const layout = useMemo(() => layoutOf(ids, edges, kept.current), [of, turn]);
  useEffect(() => {
    kept.current = layout.places;
  }, [layout]);
  const arrange = () => {
    kept.current = new Map();
    setTurn((before) => before + 1);
  };
  return [layout, arrange];
}

function foundBy(words: string, nodes: readonly MapNode[]): ReadonlySet<string> | undefined {
  if (words.trim() === '') return undefined;
  return new Set(nodes.filter((node) => isFound(node, words.trim())).map(({ id }) => id));
}
