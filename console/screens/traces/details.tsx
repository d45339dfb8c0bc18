// All that is recorded of one line of the waterfall, and where to go from it.
import { State } from '../../parts/state.tsx';
import { durationOf, Time } from '../../parts/time.tsx';
import { Link, to } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { Line } from './fold.ts';
import { lineState, titleOf } from './row.tsx';
import { outcomeWord, traceTexts } from './texts.ts';
import type { Axis } from './waterfall.ts';

export function Details({ line, axis, onClose }: { line: Line; axis: Axis; onClose: () => void }) {
  const t = useTexts(traceTexts);
  const { annotations } = line;
  const service = annotations['service'];
  return (
    <section class="details card" aria-labelledby="segment-title">
      <div class="details-head">
        <h2 id="segment-title">
          {titleOf(line)} <small class="quiet">{t(`kind.${line.kind}`)}</small>
        </h2>
        <button type="button" class="plain" aria-label={t('close')} onClick={onClose}>
          ✕
        </button>
      </div>
      {line.outcome === undefined ? null : (
        <div>
          <State kind={lineState(line)}>{outcomeWord(t, line.outcome)}</State>
        </div>
      )}
      <dl class="facts">
        <dt>{t('at')}</dt>
        <dd>
          <Time at={line.at} full />
          <br />
          <small class="quiet">{t('after', { time: durationOf(line.at - axis.from) })}</small>
        </dd>
        <dt>{t('took')}</dt>
        <dd class="number">{line.durationMs === null ? t('underWay') : durationOf(line.durationMs)}</dd>
        {line.origin === null ? null : (
          <>
            <dt>{t('origin')}</dt>
            <dd class="mono">{line.origin}</dd>
          </>
        )}
        {Object.entries(annotations).map(([name, value]) => (
          <Annotation key={name} name={name} value={value} />
        ))}
      </dl>
      {line.errors.length === 0 ? null : (
        <>
          <h3>{t('errors')}</h3>
          {line.errors.map(({ name, message }) => (
            <div key={`${name} ${message}`} class="note bad">
              <strong>{name}</strong>
              <span>{message}</span>
            </div>
          ))}
        </>
      )}
      {line.links.length === 0 ? null : (
        <>
          <h3>{t('links')}</h3>
          <ul class="linked">
            {line.links.map((id) => (
              <li key={id}>
                <Link to={to`/traces/${id}`}>
                  <code>{id}</code>
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
      {typeof service === 'string' ? (
        <nav class="row" aria-label={t('goTo')}>
          <Link to={to`/services/${service}`}>{t('serviceOf', { name: service })}</Link>
          <Link to={to`/rules/${service}`}>{t('rules', { name: service })}</Link>
        </nav>
      ) : null}
    </section>
  );
}

function Annotation({ name, value }: { name: string; value: unknown }) {
  return (
    <>
      <dt class="mono">{name}</dt>
      <dd class="mono">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
    </>
  );
}
