// The edges of the map as a table: for screen readers, phones, and whoever sorts.
import { percentOf, rateOf } from '../../parts/number.ts';
import { useNarrow } from '../../parts/narrow.ts';
import { Empty } from '../../parts/shown.tsx';
import { State } from '../../parts/state.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { durationOf } from '../../parts/time.tsx';
import { Link, useParam } from '../../router/router.tsx';
import { useTexts, type Tell } from '../../text/language.ts';
import { rankOf } from './figures.ts';
import type { DrawnEdge, Graph } from './graph.ts';
import { nameOf, Sign } from './kinds.tsx';
import { toEdge, toNode } from './places.ts';
import { mapTexts, type MapTextKey } from './texts.ts';

interface ListProps {
  graph: Graph;
  found: ReadonlySet<string> | undefined;
  errorsOnly: boolean;
}

export function EdgeList({ graph, found, errorsOnly }: ListProps) {
  const t = useTexts(mapTexts);
  const narrow = useNarrow();
  const [sort, setSort] = useParam('sort', '-fares');
  const rows = graph.edges.filter(
    ({ from, to, failsAny }) => (!errorsOnly || failsAny) && (!found || found.has(from) || found.has(to)),
  );
  const [from, to, state, rate, ...rest] = columnsOf(t, graph);
  // How it fares is seen first, where all columns cannot be.
  const columns = [...(narrow ? [state, from, to] : [from, to, state]), rate, ...rest].filter(
    (one) => one !== undefined,
  );
  return (
    <Table
      label={t('title')}
      columns={columns}
      rows={rows}
      rowKey={({ key }) => key}
      sort={sort}
      onSort={setSort}
      minWidth={860}
      empty={<Empty title={t('noEdges')} />}
    />
  );
}

function columnsOf(t: Tell<MapTextKey>, { nodes }: Graph): readonly Column<DrawnEdge>[] {
  const named = (id: string) => {
    const node = nodes.get(id)?.node;
    return node ? nameOf(t, node) : id;
  };
  const end = (key: 'from' | 'to'): Column<DrawnEdge> => ({
    key,
    title: t(key),
    width: 'minmax(108px, 2fr)',
    by: (edge) => named(edge[key]),
    cell: (edge) => (
      <Link to={toNode(edge[key])} title={named(edge[key])}>
        <Sign kind={nodes.get(edge[key])?.node.kind ?? 'other'} /> {named(edge[key])}
      </Link>
    ),
  });
  const figure = (
    key: 'rate' | 'errors' | 'refused' | 'p95' | 'age',
    of: (edge: DrawnEdge) => number | null | undefined,
    shown: (value: number) => string,
  ): Column<DrawnEdge> => ({
    key,
    title: t(key),
    width: '92px',
    end: true,
    by: (edge) => of(edge) ?? -1,
    cell: (edge) => {
      const value = of(edge);
      return value === null || value === undefined ? <span class="quiet">–</span> : shown(value);
    },
  });
  return [
    end('from'),
    end('to'),
    {
      key: 'fares',
      title: t('fares'),
      width: '116px',
      by: ({ fares, errorShare, refusedShare }) => rankOf(fares) + Math.max(errorShare, refusedShare) / 2,
      cell: (edge) => (
        <>
          <Link to={toEdge(edge)} class="plain-link">
            <State kind={edge.fares}>{t(`fares.${edge.fares}`)}</State>
          </Link>
          {edge.errorShare > 0 ? (
            <span class="under number">{t('failedShort', { share: percentOf(edge.errorShare) })}</span>
          ) : null}
        </>
      ),
    },
    figure('rate', ({ ratePerSecond }) => ratePerSecond, rateOf),
    figure('errors', ({ edge }) => edge?.errorShare, percentOf),
    figure('refused', ({ edge }) => edge?.refusedShare, percentOf),
    figure('p95', ({ edge }) => edge?.durationMs?.p95, durationOf),
    figure('age', ({ edge }) => edge?.ageMs?.p95, durationOf),
  ];
}
