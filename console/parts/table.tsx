// A table of any length: only the rows in sight are in the page, and screen readers are told of all of them.
import { Component, type ComponentChildren } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useTexts } from '../text/language.ts';
import { partsTexts } from './texts.ts';

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  /** A CSS grid track: `2fr`, `120px`, `minmax(80px, 1fr)`. */
  readonly width?: string;
  /** Numbers stand at the end. */
  readonly end?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
  /** What the column is sorted by; without it it cannot be. */
  readonly by?: (row: Row) => number | string;
}

interface TableProps<Row> {
  /** What the table is of, for screen readers. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** `-duration`: a column's key, `-` for largest first; kept by the caller, e.g. with useParam. */
  sort?: string;
  onSort?: (sort: string) => void;
  /** Below this width, px, the table scrolls sideways. */
  minWidth?: number;
  empty: ComponentChildren;
}

const ROW_PX = 38;
/** Rows beyond what is seen, each way: fast scrolling shows no gaps. */
const BEYOND = 6;

export function Table<Row>({ label, columns, rows, rowKey, sort = '', onSort, minWidth = 0, empty }: TableProps<Row>) {
  const t = useTexts(partsTexts);
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const seen = () => {
      const { scrollTop, clientHeight } = element;
      setView((was) => {
        const top = Math.floor(scrollTop / ROW_PX) * ROW_PX;
        return was.top === top && was.height === clientHeight ? was : { top, height: clientHeight };
      });
    };
    seen();
    element.addEventListener('scroll', seen, { passive: true });
    const resized = new ResizeObserver(seen);
    resized.observe(element);
    return () => {
      element.removeEventListener('scroll', seen);
      resized.disconnect();
    };
  }, [rows.length === 0]);

  const down = sort.startsWith('-');
  const sorted = useMemo(() => {
    const by = columns.find(({ key }) => key === (down ? sort.slice(1) : sort))?.by;
    if (!by) return rows;
    const ranked = rows.map((row) => ({ row, rank: by(row) }));
    ranked.sort((a, b) => compare(a.rank, b.rank));
    if (down) ranked.reverse();
    return ranked.map(({ row }) => row);
  }, [rows, columns, sort, down]);

  if (rows.length === 0) return <>{empty}</>;
  const first = Math.max(0, Math.floor(view.top / ROW_PX) - BEYOND);
  const shown = sorted.slice(first, Math.ceil((view.top + view.height) / ROW_PX) + BEYOND);
  const tracks = columns.map(({ width }) => width ?? 'minmax(80px, 1fr)').join(' ');
  return (
    <div
      ref={box}
      class="table"
      role="table"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      style={{ '--columns': tracks, '--table-width': `${String(minWidth)}px` }}
    >
      <div role="rowgroup" class="top">
        <div role="row" aria-rowindex={1}>
          {columns.map(({ key, title, end, by }) => {
            const sorting = sort === key ? 'ascending' : sort === `-${key}` ? 'descending' : undefined;
            return (
              <div
                key={key}
                role="columnheader"
                class={end ? 'end' : ''}
                {...(by && onSort ? { 'aria-sort': sorting ?? 'none' } : {})}
              >
                {by && onSort ? (
                  <button type="button" onClick={() => onSort(sorting === 'ascending' ? `-${key}` : key)}>
                    {title}
                    {sorting === undefined ? null : (
                      <span aria-hidden="true" title={t(sorting === 'ascending' ? 'sortedUp' : 'sortedDown')}>
                        {sorting === 'ascending' ? '▲' : '▼'}
                      </span>
                    )}
                  </button>
                ) : (
                  title
                )}
              </div>
            );
          })}
        </div>
      </div>
      <div
        role="rowgroup"
        style={{
          paddingTop: `${String(first * ROW_PX)}px`,
          paddingBottom: `${String((sorted.length - first - shown.length) * ROW_PX)}px`,
        }}
      >
        {shown.map((row, i) => (
          <Line key={rowKey(row)} row={row} at={first + i} columns={columns} />
        ))}
      </div>
    </div>
  );
}

interface LineProps<Row> {
  row: Row;
  at: number;
  columns: readonly Column<Row>[];
}

/** While a table is scrolled, a row that stays in sight is not made anew. */
class Line<Row> extends Component<LineProps<Row>> {
  override shouldComponentUpdate({ row, at, columns }: LineProps<Row>): boolean {
    const shown = this.props;
    return row !== shown.row || at !== shown.at || columns !== shown.columns;
  }

  override render({ row, at, columns }: LineProps<Row>) {
    return (
      <div role="row" aria-rowindex={at + 2}>
        {columns.map(({ key, end, cell }) => (
          <div key={key} role="cell" class={end ? 'end number' : ''}>
            {cell(row)}
          </div>
        ))}
      </div>
    );
  }
}

function compare(a: number | string, b: number | string): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}
