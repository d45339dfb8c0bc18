// What became of requests, stacked over time; a limit can be drawn over it and made a rule of a draft.
import { useMemo, useState } from 'preact/hooks';
import { Chart, type ChartLine } from '../../parts/chart.tsx';
import { rateOf } from '../../parts/number.ts';
import { useParam } from '../../router/router.tsx';
import { useLanguage, useTexts } from '../../text/language.ts';
import type { RuleDocument, Series } from './answers.ts';
import { DraftRule } from './draft-rule.tsx';
import { LimitBar, LimitLine } from './limit-line.tsx';
import { firstLimit } from './limit.ts';
import { linesOf, queuesOf } from './points.ts';
import type { Stretch } from './ranges.ts';
import { servicesTexts } from './texts.ts';

interface FateChartProps {
  service: string;
  resource: string;
  rules: RuleDocument | undefined;
  series: Series;
  /** From when on it is counted, ms since the epoch. */
  from: number;
  stretch: Stretch;
  onRange: (from: number, to: number) => void;
}

export function FateChart({ service, resource, rules, series, from, stretch, onRange }: FateChartProps) {
  const t = useTexts(servicesTexts);
  const spoken = useLanguage();
  const [limitText, setLimitText] = useParam('limit');
  const [moving, setMoving] = useState<number>();
  const [making, setMaking] = useState(false);
  const fates = useMemo(() => linesOf(series, from, queuesOf(rules)), [series, from, rules]);
  const lines = useMemo<readonly ChartLine[]>(
    () => [
      { key: 'admitted', title: t('admitted'), values: fates.admitted, colour: 'ok' },
      { key: 'deferred', title: t('deferred'), values: fates.deferred, colour: 'held' },
      { key: 'refused', title: t('refused'), values: fates.refused, colour: 'warn' },
      { key: 'failed', title: t('failed'), values: fates.failed, colour: 'bad' },
    ],
    [fates, spoken],
  );
  const drawn = Number(limitText);
  const limit = moving ?? (drawn > 0 && Number.isFinite(drawn) ? drawn : undefined);
  const label = t('fatesOf', { of: resource === '' ? service : resource });
  const settle = (perSecond: number) => {
    setMoving(undefined);
    setLimitText(String(Number(perSecond.toPrecision(6))));
  };
  return (
    <section class="card">
      <div class="row">
        <h2>{t('traffic')}</h2>
        {limit === undefined ? (
          <button type="button" onClick={() => settle(firstLimit(fates.demand))}>
            {t('drawLimit')}
          </button>
        ) : (
          <button
            type="button"
            onClick={() => {
              setMoving(undefined);
              setLimitText('');
            }}
          >
            {t('noLimit')}
          </button>
        )}
      </div>
      {limit === undefined ? null : (
        <LimitBar
          {...{ service, resource, limit, demand: fates.demand, stepMs: series.stepMs }}
          isMoving={moving !== undefined}
          onLimit={settle}
          onMake={() => setMaking(true)}
        />
      )}
      <Chart
        label={label}
        at={fates.at}
        lines={lines}
        format={rateOf}
        isStacked
        height={240}
        from={stretch.from}
        to={stretch.to}
        top={drawn > 0 ? drawn : 0}
        onRange={onRange}
      >
        {(frame) =>
          limit === undefined ? null : <LimitLine {...{ frame, limit }} onMove={setMoving} onSettle={settle} />
        }
      </Chart>
      {making && limit !== undefined ? (
        <DraftRule {...{ service, resource, limit }} onClose={() => setMaking(false)} />
      ) : null}
    </section>
  );
}
