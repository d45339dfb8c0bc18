// One trace: who did what, for how long, after whom; what is chosen is in the address.
import { useMemo, useState } from 'preact/hooks';
import { path } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { useTitle } from '../../attention.ts';
import { Empty, Shown } from '../../parts/shown.tsx';
import { State } from '../../parts/state.tsx';
import { durationOf, Time } from '../../parts/time.tsx';
import { Link, useParam } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { Trace } from './answers.ts';
import { Details } from './details.tsx';
import { Elsewhere, isElsewhere } from './elsewhere.tsx';
import { linesOf } from './fold.ts';
import { stateOf } from './outcome.ts';
import { Rows } from './rows.tsx';
import { outcomeWord, traceTexts } from './texts.ts';
import { axisOf, foldable, seenOf } from './waterfall.ts';

/** Late parts may still arrive. */
const EVERY_MS = 5_000;

export function TraceView({ id }: { id: string }) {
  const t = useTexts(traceTexts);
  useTitle(`${t('title')} ${id}`);
  const live = useLive<Trace>(path`/v1/telemetry/traces/${id}`, EVERY_MS);
  return (
    <>
      <p>
        <Link to="/traces">← {t('list')}</Link>
      </p>
      {isElsewhere(live.error) ? (
        <Elsewhere error={live.error} />
      ) : (
        <Shown of={live} missing={<Empty title={t('gone')} />}>
          {(trace) => <Present trace={trace} />}
        </Shown>
      )}
    </>
  );
}

function Present({ trace }: { trace: Trace }) {
  const t = useTexts(traceTexts);
  const [every, setEvery] = useParam('every');
  const [chosen, choose] = useParam('segment');
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(() => linesOf(trace.tree, every !== '1'), [trace, every]);
  const axis = useMemo(() => axisOf(lines), [lines]);
  const seen = useMemo(() => seenOf(lines, collapsed), [lines, collapsed]);
  const line = useMemo(() => seenOf(lines, new Set()).find((one) => one.line.id === chosen)?.line, [lines, chosen]);
  return (
    <>
      <div class="head">
        <h1>
          {trace.service ?? t('unknown')} <span class="quiet">{trace.resource}</span>
        </h1>
        <State kind={stateOf(trace.outcome)}>{outcomeWord(t, trace.outcome)}</State>
        <span class="number">{trace.durationMs === null ? t('underWay') : durationOf(trace.durationMs)}</span>
        <Time at={trace.at} full />
        <code class="quiet trace-id">{trace.id}</code>
      </div>
      <div class="row">
        <button type="button" onClick={() => setCollapsed(new Set(foldable(lines)))}>
          {t('collapseAll')}
        </button>
        <button type="button" onClick={() => setCollapsed(new Set())}>
          {t('expandAll')}
        </button>
        <label class="row">
          <input
            type="checkbox"
            checked={every === '1'}
            onChange={({ currentTarget }) => setEvery(currentTarget.checked ? '1' : '')}
          />
          {t('every')}
        </label>
        <span class="quiet">{t('lines', { count: seen.length })}</span>
      </div>
      <div class={`beside ${line ? 'with-details' : ''}`}>
        <Rows
          seen={seen}
          axis={axis}
          collapsed={collapsed}
          chosen={line?.id}
          onChoose={choose}
          onFold={(id, fold) => {
            const next = new Set(collapsed);
            if (fold) next.add(id);
            else next.delete(id);
            setCollapsed(next);
          }}
        />
        {line ? <Details line={line} axis={axis} onClose={() => choose('')} /> : null}
      </div>
    </>
  );
}
