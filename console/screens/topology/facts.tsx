// The facts of what is chosen: how it fares, what goes through it, how long that takes.
import type { ComponentChildren } from 'preact';
import { countOf, percentOf, rateOf } from '../../parts/number.ts';
import { State } from '../../parts/state.tsx';
import { durationOf } from '../../parts/time.tsx';
import { Link, to } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { Quantiles } from './answers.ts';
import type { Figures } from './figures.ts';
import type { Refusals } from './refusals.ts';
import { mapTexts } from './texts.ts';

interface FactsProps {
  of: Figures;
  refusals: Refusals;
  /** The service whose rules kept calls back, where it is one. */
  caller?: string | undefined;
  children: ComponentChildren;
}

export function Facts({ of, refusals, caller, children }: FactsProps) {
  const t = useTexts(mapTexts);
  const { fares, count, ratePerSecond, errorShare } = of;
  const { refused, uncalled } = refusals;
  return (
    <>
      <div>
        <State kind={fares} title={t('legend')}>
          {t(`fares.${fares}`)}
        </State>
      </div>
      <dl class="facts">
        {count === 0 ? null : (
          <>
            <dt>{t('rate')}</dt>
            <dd class="number">{ratePerSecond === null ? '–' : rateOf(ratePerSecond)}</dd>
            <dt>{t('count')}</dt>
            <dd class="number">{countOf(count)}</dd>
            <dt>{t('errors')}</dt>
            <dd class="number">{percentOf(errorShare)}</dd>
            <dt>{t('refused')}</dt>
            <dd class="number">{percentOf(refused)}</dd>
            {uncalled === 0 ? null : (
              <>
                <dt>{t('uncalled')}</dt>
                <dd>
                  <span class="number">{percentOf(uncalled)}</span>{' '}
                  {caller === undefined ? (
                    <span class="quiet">{t('keptBack')}</span>
                  ) : (
                    <Link to={to`/services/${caller}/breakers`}>{t('keptBackBy', { caller })}</Link>
                  )}
                </dd>
              </>
            )}
          </>
        )}
        {children}
      </dl>
    </>
  );
}

export function Duration({ title, hint, of }: { title: string; hint?: string; of: Quantiles | null | undefined }) {
  if (!of) return null;
  return (
    <>
      <dt title={hint}>{title}</dt>
      <dd class="quantiles number">
        {(['p50', 'p95', 'p99', 'max'] as const).map((name) => (
          <span key={name}>
            <small class="quiet">{name}</small> {durationOf(of[name])}
          </span>
        ))}
      </dd>
    </>
  );
}

export function Names({ title, names }: { title: string; names: readonly string[] | undefined }) {
  if (!names || names.length === 0) return null;
  return (
    <>
      <dt>{title}</dt>
      <dd class="mono">{names.join(', ')}</dd>
    </>
  );
}
