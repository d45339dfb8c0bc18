// A line over the chart that is dragged to where a limit should be, and what such a limit would have done.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, path } from '../../api/client.ts';
import type { PlotFrame } from '../../parts/chart.tsx';
import { countOf, percentOf } from '../../parts/number.ts';
import { partsTexts } from '../../parts/texts.ts';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import type { RuleDocument, Simulated } from './answers.ts';
import { movedBy, rateText, refusedAbove, roundedRate } from './limit.ts';
import { servicesTexts } from './texts.ts';

const STEPS: Readonly<Record<string, number>> = {
  ArrowUp: 1,
  ArrowRight: 1,
  ArrowDown: -1,
  ArrowLeft: -1,
  PageUp: 10,
  PageDown: -10,
};

interface LimitLineProps {
  frame: PlotFrame;
  /** Per second. */
  limit: number;
  onMove: (perSecond: number) => void;
  onSettle: (perSecond: number) => void;
}

export function LimitLine({ frame, limit, onMove, onSettle }: LimitLineProps) {
  const t = useTexts(servicesTexts);
  const handle = useRef<HTMLDivElement>(null);
  const { left, top, width, height, max } = frame;
  const y = top + height * (1 - Math.min(limit, max) / max);
  const valueAt = (clientY: number) => {
    const box = handle.current?.parentElement?.getBoundingClientRect();
    if (!box) return limit;
    return roundedRate(Math.max(0, Math.min(1, 1 - (clientY - box.top - top) / height)) * max);
  };
  return (
    <div
      ref={handle}
      class="limit-line"
      role="slider"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t('limitSlider')}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={limit}
      aria-valuetext={rateText(limit)}
      style={{ left: `${String(left)}px`, top: `${String(y)}px`, width: `${String(width)}px` }}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.focus();
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) onMove(valueAt(event.clientY));
      }}
      onPointerUp={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) onSettle(valueAt(event.clientY));
      }}
      onKeyDown={(event) => {
        const steps = STEPS[event.key];
        if (steps === undefined) return;
        event.preventDefault();
        onSettle(movedBy(steps, limit, max));
      }}
    >
      <span class="limit-text number">{rateText(limit)}</span>
    </div>
  );
}

interface LimitBarProps {
  service: string;
  resource: string;
  limit: number;
  demand: readonly (number | null)[];
  stepMs: number;
  /** It is being dragged: the replay waits until it rests. */
  isMoving: boolean;
  onLimit: (perSecond: number) => void;
  onMake: () => void;
}

export function LimitBar({ service, resource, limit, demand, stepMs, isMoving, onLimit, onMake }: LimitBarProps) {
  const t = useTexts(servicesTexts);
  const parts = useTexts(partsTexts);
  const may = useMay()('editor', service);
  // As the rule will have it.
  const isByMinute = rateText(limit).endsWith('/min');
  const { share, count } = refusedAbove(demand, stepMs, limit);
  const replayed = useReplay(service, resource, isMoving ? undefined : limit);
  return (
    <div class="note limit-bar">
      <label>
        {t('atMost')}
        <input
          type="number"
          min="1"
          step="any"
          value={isByMinute ? Math.round(limit * 60) : limit}
          onChange={({ currentTarget }) => {
            const value = Number(currentTarget.value);
            if (value > 0) onLimit(roundedRate(isByMinute ? value / 60 : value));
          }}
        />
        {isByMinute ? '/min' : '/s'}
      </label>
      <span class="said" aria-live="polite">
        {t(count === 0 ? 'wouldRefuseNone' : 'wouldRefuse', {
          limit: rateText(limit),
          share: percentOf(share),
          count: countOf(Math.round(count)),
        })}{' '}
        <span class="quiet">{replayed}</span>
      </span>
      <button type="button" class="main" disabled={!may} onClick={onMake}>
        {t('makeRule')}
      </button>
      {may ? null : <span class="quiet">{parts('mayNot', { role: 'editor' })}</span>}
    </div>
  );
}

const REST_MS = 500;

/** What the API says of the last hour once the line rests: it knows how requests are admitted, with bursts. */
function useReplay(service: string, resource: string, limit: number | undefined): string {
  const t = useTexts(servicesTexts);
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (limit === undefined) return;
    const gone = new AbortController();
    const timer = setTimeout(() => {
      replay(service, resource, limit, gone.signal).then(
        (rule) => {
          const refused = rule?.draft?.refused;
          if (!rule || !refused || rule.seen === 0) return setSaid(t('replayNothing'));
          const of = (value: number) => percentOf(value / rule.seen);
          setSaid(
            t('replayed', {
              estimate: of(refused.estimate ?? refused.low),
              low: of(refused.low),
              high: of(refused.high),
              seen: countOf(rule.seen),
            }),
          );
        },
        () => {
          if (!gone.signal.aborted) setSaid(t('replayFailed'));
        },
      );
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [service, resource, limit]);
  return said;
}

const TRIED = 'tried-on-the-console';

async function replay(service: string, resource: string, limit: number, signal: AbortSignal) {
  const { body: rules } = await ask<RuleDocument>(path`/v1/services/${service}/rules`, { signal });
  const throttles = { ...(rules?.['throttles'] as object | undefined), [TRIED]: ruleOf(resource, limit) };
  const { body } = await ask<Simulated>(path`/v1/services/${service}/draft/simulate`, {
    method: 'POST',
    body: { minutes: 60, document: { ...rules, throttles } },
    signal,
  });
  return body?.rules.find((rule) => rule.path === `/throttles/${TRIED}`);
}

export const ruleOf = (resource: string, limit: number) => ({
  ...(resource === '' ? {} : { resources: [resource] }),
  limit: rateText(limit),
});
