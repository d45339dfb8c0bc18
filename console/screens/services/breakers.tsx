// The breakers of a service: their states, what they count, when they try again; and by hand, with a reason and an end.
import { useState } from 'preact/hooks';
import { path } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { countOf, percentOf } from '../../parts/number.ts';
import { Empty, Shown } from '../../parts/shown.tsx';
import { State, type Kind } from '../../parts/state.tsx';
import { Ago, Countdown, Time } from '../../parts/time.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { useParam } from '../../router/router.tsx';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import type { Breaker, BreakerName, BreakerStanding } from './answers.ts';
import { causeText, History, Opening } from './breaker-history.tsx';
import { ForceDialog, type Force } from './force.tsx';
import { servicesTexts } from './texts.ts';

const KINDS: Record<BreakerName, Kind> = {
  CLOSED: 'ok',
  OPEN: 'bad',
  HALF_OPEN: 'warn',
  FORCED_OPEN: 'held',
  FORCED_CLOSED: 'held',
};

export function BreakersView({ service }: { service: string }) {
  const t = useTexts(servicesTexts);
  const live = useLive<readonly Breaker[]>(path`/v1/services/${service}/breakers`);
  const [force, setForce] = useState<Force>();
  return (
    <>
      <Shown of={live} missing={<p class="note">{t('unpublished')}</p>}>
        {(breakers) =>
          breakers.length === 0 ? (
            <Empty title={t('noBreakers')}>
              <p>{t('noBreakersHint')}</p>
            </Empty>
          ) : (
            <div class="grid wide">
              {breakers.map((breaker) => (
                <BreakerCard key={breaker.name} {...{ service, breaker }} onForce={setForce} />
              ))}
            </div>
          )
        }
      </Shown>
      {force ? <ForceDialog service={service} force={force} onClose={() => setForce(undefined)} /> : null}
    </>
  );
}

interface CardProps {
  service: string;
  breaker: Breaker;
  onForce: (force: Force) => void;
}

function BreakerCard({ service, breaker, onForce }: CardProps) {
  const t = useTexts(servicesTexts);
  const { name, kind, mode, state, keyedBy, keys } = breaker;
  const [opened, setOpened] = useParam('history');
  const isOpen = opened === name;
  return (
    <section class="card" aria-label={name}>
      <div class="row">
        <h2>{name}</h2>
        <State kind={KINDS[state]}>{t(`breaker.${state}`)}</State>
        {mode === 'enforce' ? null : <span class="tag">{mode}</span>}
        <span class="quiet">{t(kind === 'resource' ? 'ofResource' : 'ofDependency')}</span>
      </div>
      {keyedBy ? (
        <Keys {...{ name, keyedBy, keys: keys ?? [], service, onForce }} />
      ) : (
        <>
          <Standing {...{ service, name }} standing={breaker as BreakerStanding} />
          <Buttons {...{ service, onForce }} of={{ name, state }} />
        </>
      )}
      <button type="button" class="plain" aria-expanded={isOpen} onClick={() => setOpened(isOpen ? '' : name)}>
        {t(isOpen ? 'hideHistory' : 'showHistory')}
      </button>
      {isOpen ? <History service={service} name={name} /> : null}
    </section>
  );
}

function Standing({ service, name, standing }: { service: string; name: string; standing: BreakerStanding }) {
  const t = useTexts(servicesTexts);
  const { window, since, openUntil, probes = [], ramp, forced, because } = standing;
  const { calls, failures, slow } = window;
  return (
    <dl class="facts">
      <dt>{t('calls')}</dt>
      <dd class="number">{countOf(calls)}</dd>
      <dt>{t('failures')}</dt>
      <dd class="number">
        {countOf(failures)}{' '}
        {calls > 0 ? <span class={failures > 0 ? 'over' : 'quiet'}>{percentOf(failures / calls)}</span> : null}
      </dd>
      <dt>{t('slow')}</dt>
      <dd class="number">
        {countOf(slow)} {calls > 0 ? <span class="quiet">{percentOf(slow / calls)}</span> : null}
      </dd>
      <Opening {...{ service, name, standing }} />
      <dt>{t('since')}</dt>
      <dd>
        <Ago at={since} />
        {because && !forced ? <span class="quiet"> · {because.reason ?? causeText(t, because.cause)}</span> : null}
      </dd>
      {openUntil === undefined ? null : (
        <>
          <dt>{t('nextProbe')}</dt>
          <dd>
            <Countdown to={openUntil} />
          </dd>
        </>
      )}
      {probes.length === 0 ? null : (
        <>
          <dt>{t('probes')}</dt>
          <dd class="number">{countOf(probes.length)}</dd>
        </>
      )}
      {ramp ? (
        <>
          <dt>{t('ramp')}</dt>
          <dd class="number">
            {percentOf(ramp.share)}{' '}
            {ramp.stageEndsAt === undefined ? null : (
              <Countdown to={ramp.stageEndsAt} says={(left) => t('rampMore', { left })} />
            )}
          </dd>
        </>
      ) : null}
      {forced ? (
        <>
          <dt>{t('forced')}</dt>
          <dd>
            {t('forcedBy', { by: forced.by })} · {forced.reason} ·{' '}
            {forced.until === null ? (
              t('noEnd')
            ) : (
              <>
                {t('endsAt')} <Time at={forced.until} />
              </>
            )}
          </dd>
        </>
      ) : null}
    </dl>
  );
}

function Buttons({
  service,
  of,
  onForce,
}: {
  service: string;
  of: Omit<Force, 'state'> & { state: BreakerName };
  onForce: (force: Force) => void;
}) {
  const t = useTexts(servicesTexts);
  const parts = useTexts(partsTexts);
  const may = useMay()('publisher', service);
  const title = may ? undefined : parts('mayNot', { role: 'publisher' });
  const { state, ...rest } = of;
  const button = (to: Force['state'], text: 'forceOpen' | 'forceClosed' | 'release') => (
    <button
      type="button"
      class={to === 'FORCED_OPEN' ? 'danger' : ''}
      disabled={!may}
      title={title}
      onClick={() => onForce({ ...rest, state: to })}
    >
      {t(text)}
    </button>
  );
  return (
    <div class="row">
      {state === 'FORCED_OPEN' ? null : button('FORCED_OPEN', 'forceOpen')}
      {state === 'FORCED_CLOSED' ? null : button('FORCED_CLOSED', 'forceClosed')}
      {state.startsWith('FORCED') ? button(null, 'release') : null}
      {may ? null : <span class="quiet">{title}</span>}
    </div>
  );
}

function Keys({
  service,
  name,
  keyedBy,
  keys,
  onForce,
}: {
  service: string;
  name: string;
  keyedBy: readonly string[];
  keys: readonly BreakerStanding[];
  onForce: (force: Force) => void;
}) {
  const t = useTexts(servicesTexts);
  return (
    <>
      <p class="quiet">{t('keyedBy', { key: keyedBy.join(', ') })}</p>
      {keys.length === 0 ? <p class="quiet">{t('noKeys')}</p> : null}
      {keys.map((standing) => (
        <details key={standing.key}>
          <summary>
            <span class="mono">{standing.key}</span>{' '}
            <State kind={KINDS[standing.state]}>{t(`breaker.${standing.state}`)}</State>
          </summary>
          <Standing {...{ service, name, standing }} />
          <Buttons {...{ service, onForce }} of={{ name, stored: standing.key, state: standing.state }} />
        </details>
      ))}
    </>
  );
}
