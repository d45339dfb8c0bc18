// Who calls the node that is chosen, or whom it calls, each with what goes between them.
import { percentOf, rateOf } from '../../parts/number.ts';
import { State } from '../../parts/state.tsx';
import { durationOf } from '../../parts/time.tsx';
import { Link } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { DrawnEdge, Graph } from './graph.ts';
import { nameOf, Sign } from './kinds.tsx';
import { toEdge, toNode } from './places.ts';
import { mapTexts } from './texts.ts';

interface NeighboursProps {
  title: string;
  edges: readonly DrawnEdge[];
  end: 'from' | 'to';
  graph: Graph;
}

export function Neighbours({ title, edges, end, graph }: NeighboursProps) {
  const t = useTexts(mapTexts);
  return (
    <div class="stack neighbours">
      <h3>{title}</h3>
      {edges.length === 0 ? <span class="quiet">{t('nobody')}</span> : null}
      <ul>
        {edges.map((edge) => {
          const node = graph.nodes.get(edge[end])?.node;
          return (
            <li key={edge.key}>
              <Link to={toNode(edge[end])}>
                <Sign kind={node?.kind ?? 'other'} /> {node ? nameOf(t, node) : edge[end]}
              </Link>
              <Link to={toEdge(edge)} class="figures number">
                {edge.count === 0 || edge.ratePerSecond === null ? '–' : rateOf(edge.ratePerSecond)}
                {edge.edge?.durationMs ? ` · ${durationOf(edge.edge.durationMs.p95)}` : ''}
                <State kind={edge.fares} title={t(`fares.${edge.fares}`)}>
                  {edge.errorShare > 0 ? (
                    percentOf(edge.errorShare)
                  ) : (
                    <span class="unseen">{t(`fares.${edge.fares}`)}</span>
                  )}
                </State>
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
