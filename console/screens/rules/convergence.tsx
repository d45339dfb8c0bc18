// A bar of the fleet by what each instance runs: how far a publication has come.
import { countOf, percentOf } from '../../parts/number.ts';
import { Shape, type Kind } from '../../parts/state.tsx';
import { durationOf, Time } from '../../parts/time.tsx';
import { useTexts } from '../../text/language.ts';
import type { Fleet, Standings } from './answers.ts';
import { rulesTexts } from './texts.ts';

const KINDS: Readonly<Record<keyof Standings, Kind>> = {
  current: 'ok',
  gray: 'held',
  unknown: 'unknown',
  stale: 'warn',
  rejected: 'bad',
};
const STANDINGS = ['current', 'gray', 'unknown', 'stale', 'rejected'] as const;

export function Convergence({ fleet: { published, summary, convergence } }: { fleet: Fleet }) {
  const t = useTexts(rulesTexts);
  if (!summary) return null;
  const { instances, revisions, versions } = summary;
  const there = STANDINGS.filter((standing) => summary[standing] > 0);
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} × ${countOf(count)}`)
      .join(', ');
  return (
    <div class="stack" data-current={summary.current} data-instances={instances}>
      {published ? (
        <p>
          {t('publishedAs', { revision: published.revision })} <Time at={published.publishedAt} />
          {convergence?.reached ? (
            <span class="quiet">
              {' · '}
              {t('reached', {
                share: percentOf(convergence.reached.share),
                within: durationOf(convergence.reached.withinMs),
              })}
            </span>
          ) : null}
        </p>
      ) : null}
      <div class="converging" aria-hidden="true">
        {there.map((standing) => (
          <span key={standing} class={KINDS[standing]} style={{ flexGrow: summary[standing] }} />
        ))}
      </div>
      <ul class="standings">
        {(instances === 0 ? STANDINGS.slice(0, 1) : there).map((standing) => (
          <li key={standing} class={KINDS[standing]}>
            <Shape kind={KINDS[standing]} /> <span class="number">{countOf(summary[standing])}</span>{' '}
            {t(`standing.${standing}`)}
          </li>
        ))}
      </ul>
      <dl class="facts">
        <dt>{t(summary.counted === 'minute' ? 'instancesMinute' : 'instancesNow')}</dt>
        <dd class="number">{countOf(instances)}</dd>
        {instances === 0 ? null : (
          <>
            <dt>{t('revision')}</dt>
            <dd class="number">{list(revisions)}</dd>
            <dt>{t('library')}</dt>
            <dd class="number">{list(versions)}</dd>
          </>
        )}
      </dl>
    </div>
  );
}
