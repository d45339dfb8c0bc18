// The lines of the waterfall: only those in sight are in the page, however long the trace is.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useNarrow } from '../../parts/narrow.ts';
import { durationOf } from '../../parts/time.tsx';
import { useTexts } from '../../text/language.ts';
import { RowLine } from './row.tsx';
import { traceTexts } from './texts.ts';
import { ticksOf, type Axis, type Seen } from './waterfall.ts';

interface RowsProps {
  seen: readonly Seen[];
  axis: Axis;
  collapsed: ReadonlySet<string>;
  chosen: string | undefined;
  onChoose: (id: string) => void;
  onFold: (id: string, fold: boolean) => void;
}

const ROW_PX = { wide: 30, narrow: 52 } as const;
const HEAD_PX = 28;
const BEYOND = 10;

export function Rows({ seen, axis, collapsed, chosen, onChoose, onFold }: RowsProps) {
  const t = useTexts(traceTexts);
  const narrow = useNarrow();
  const rowPx = narrow ? ROW_PX.narrow : ROW_PX.wide;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const looked = () => {
      const { scrollTop, clientHeight: height } = element;
      const top = Math.floor(scrollTop / rowPx) * rowPx;
      setView((was) => (was.top === top && was.height === height ? was : { top, height }));
    };
    looked();
    element.addEventListener('scroll', looked, { passive: true });
    const resized = new ResizeObserver(looked);
    resized.observe(element);
    return () => {
      element.removeEventListener('scroll', looked);
      resized.disconnect();
    };
  }, [rowPx]);

  const at = seen.findIndex(({ line }) => line.id === chosen);
  useEffect(() => {
    const element = box.current;
    if (!element || at < 0) return;
    const [top, bottom] = [at * rowPx, (at + 1) * rowPx + HEAD_PX];
    if (top < element.scrollTop) element.scrollTop = top;
    else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
  }, [at, rowPx]);

  const act = (key: string): boolean => {
    const here = seen[at];
    const goTo = (i: number) => {
      const next = seen[Math.min(Math.max(i, 0), seen.length - 1)];
      if (next) onChoose(next.line.id);
      return true;
    };
    if (key === 'ArrowDown') return goTo(at + 1);
    if (key === 'ArrowUp') return goTo(at - 1);
    if (key === 'Home') return goTo(0);
    if (key === 'End') return goTo(seen.length - 1);
    if (key === 'Escape' && here) {
      onChoose('');
      return true;
    }
    if (!here || (key !== 'ArrowRight' && key !== 'ArrowLeft')) return false;
    const { line, level } = here;
    const folded = collapsed.has(line.id);
    const unfolds = key === 'ArrowRight';
    if (line.children.length > 0 && folded === unfolds) onFold(line.id, !unfolds);
    else if (unfolds) return line.children.length > 0 ? goTo(at + 1) : false;
    else return goTo(seen.findLastIndex((one, i) => i < at && one.level < level));
    return true;
  };

  const first = Math.max(0, Math.floor(view.top / rowPx) - BEYOND);
  const shown = seen.slice(first, Math.ceil((view.top + view.height) / rowPx) + BEYOND);
  return (
    <div
      ref={box}
      class="waterfall"
      role="treegrid"
      tabIndex={0}
      aria-label={t('waterfall')}
      aria-description={t('keys')}
      aria-rowcount={seen.length}
      aria-colcount={2}
      aria-activedescendant={at < 0 ? undefined : `row-${seen[at]?.line.id ?? ''}`}
      style={{ '--row': `${String(rowPx)}px` }}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || !act(event.key)) return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <Scale lengthMs={axis.lengthMs} most={narrow ? 3 : 6} />
      <div
        role="rowgroup"
        style={{
          paddingTop: `${String(first * rowPx)}px`,
          paddingBottom: `${String((seen.length - first - shown.length) * rowPx)}px`,
        }}
      >
        {shown.map((one, i) => (
          <RowLine
            key={one.line.id}
            seen={one}
            at={first + i + 1}
            axis={axis}
            folded={collapsed.has(one.line.id)}
            chosen={one.line.id === chosen}
            onChoose={() => onChoose(one.line.id === chosen ? '' : one.line.id)}
            onFold={() => onFold(one.line.id, !collapsed.has(one.line.id))}
          />
        ))}
      </div>
    </div>
  );
}

function Scale({ lengthMs, most }: { lengthMs: number; most: number }) {
  return (
    <div class="scale" aria-hidden="true">
      <span />
      <span class="track">
        {ticksOf(lengthMs, most).map((tick) => (
          <span key={tick} class="tick number" style={{ insetInlineStart: `${String((tick / lengthMs) * 100)}%` }}>
            {tick === 0 ? '0' : durationOf(tick)}
          </span>
        ))}
      </span>
    </div>
  );
}
