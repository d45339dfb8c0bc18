// Why each channel was told, or was not: the verdict and what decided it, the routes that led there as steps, and all that has happened.
import { path } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { Shown } from '../../parts/shown.tsx';
import { State, type Kind } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { useTexts, type Tell } from '../../text/language.ts';
import type { ToldChannel, Visited, Why } from './answers.ts';
import { DeliveryState } from './deliveries.tsx';
import { alertsTexts } from './texts.ts';

const KINDS: Readonly<Record<string, Kind>> = {
  ...{ sent: 'ok', pending: 'held', claimed: 'held', dead: 'bad', dropped: 'off', unrouted: 'bad' },
  ...{ deferred: 'held', muted: 'held', silenced: 'off', inhibited: 'off', acknowledged: 'off' },
  ...{ waiting: 'held', 'not told': 'off', 'not decided': 'unknown' },
};

type TextKey = keyof typeof alertsTexts.en;
const isText = (key: string): key is TextKey => Object.hasOwn(alertsTexts.en, key);

/** What a newer API says in words of its own stands as it is. */
const wordOf = (t: Tell<TextKey>, decision: string): string => {
  const key = [`decision.${decision}`, `hold.${decision}`].find(isText);
  return key === undefined ? decision : t(key);
};

const useWhy = (id: string) => useLive<Why>(path`/v1/alerts/${id}/why`, 5_000);

export function WhyTold({ id }: { id: string }) {
  const t = useTexts(alertsTexts);
  return (
    <Shown of={useWhy(id)}>
      {({ channels, routes, routingRevision, nobody, limited }) => (
        <>
          {limited === undefined ? null : (
            <p class="note" lang="en">
              {t('limited', { why: limited })}
            </p>
          )}
          {nobody === undefined ? null : (
            <p class="note bad">
              <strong>{t('nobody')}</strong> <span lang="en">{nobody}</span>
            </p>
          )}
          {channels.length === 0 ? null : (
            <section class="stack">
              <h2>{t('whyTitle')}</h2>
              <Verdict channels={channels} />
              <ul class="lines">
                {channels.map((told) => (
                  <Channel key={`${told.channel} ${told.route} ${String(told.step ?? 0)}`} told={told} />
                ))}
              </ul>
            </section>
          )}
          {routes.length === 0 ? null : (
            <section class="stack">
              <h2>{t('whyRoutes')}</h2>
              <p class="quiet">{t('whyRoutesHint', { revision: routingRevision ?? '–' })}</p>
              <ol class="routes">
                {routes.map((route) => (
                  <Route key={route.route} of={route} />
                ))}
              </ol>
            </section>
          )}
        </>
      )}
    </Shown>
  );
}

function Verdict({ channels }: { channels: readonly ToldChannel[] }) {
  const t = useTexts(alertsTexts);
  const wasTold = ({ deliveries }: ToldChannel) => deliveries.some(({ state }) => state === 'sent');
  const told = new Set(channels.filter(wasTold).map(({ channel }) => channel));
  const others = new Set(channels.map(({ channel }) => channel).filter((channel) => !told.has(channel)));
  return (
    <p>
      {told.size > 0 ? <strong>{t('whyTold', { channels: [...told].join(', ') })} </strong> : null}
      {others.size > 0 ? t('whyNotTold', { channels: [...others].join(', ') }) : null}
    </p>
  );
}

function Channel({ told: { channel, route, step, decision, named, reason, deliveries } }: { told: ToldChannel }) {
  const t = useTexts(alertsTexts);
  return (
    <li>
      <State kind={KINDS[decision] ?? 'unknown'}>{wordOf(t, decision)}</State>
      <div>
        <strong>{channel}</strong>
        {step === undefined ? null : <span class="quiet"> · {t('step', { step })}</span>}
        <p lang="en">{reason}</p>
        <span class="quiet" lang="en">
          <code>{route}</code>
          {named === undefined ? null : `: ${named}`}
        </span>
        {deliveries.length === 0 ? null : (
          <ul class="notices">
            {deliveries.map((delivery) => (
              <li key={delivery.id}>
                <DeliveryState of={delivery} /> {t(`notice.${delivery.kind}`)} ·{' '}
                <Time at={delivery.settledAt ?? delivery.decidedAt} />
                <span class="quiet" lang="en">
                  {' '}
                  {delivery.reason}
                  {delivery.error === undefined ? '' : `; ${delivery.error}`}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

/** How deep a route is: `/route/routes/0/routes/1` is two below the root. */
const depthOf = (route: string): number => route.split('/routes/').length - 1;

function Route({ of: { route, fits, decides, because } }: { of: Visited }) {
  const t = useTexts(alertsTexts);
  return (
    <li style={{ '--depth': depthOf(route) }}>
      <State kind={decides ? 'ok' : fits ? 'held' : 'off'}>{t(decides ? 'decides' : fits ? 'fits' : 'fitsNot')}</State>
      <span>
        <code>{route}</code>
        {because === undefined ? null : (
          <span class="quiet" lang="en">
            {' '}
            {because}
          </span>
        )}
      </span>
    </li>
  );
}

export function History({ id }: { id: string }) {
  const t = useTexts(alertsTexts);
  return (
    <Shown of={useWhy(id)}>
      {({ trail, trailForgotten = 0 }) => (
        <>
          <ol class="lines trail">
            {trail.map(({ at, what, channel, detail }, i) => {
              const key = `trail.${what}`;
              return (
                <li key={`${at} ${String(i)}`}>
                  <Time at={at} />
                  <span>
                    <strong>{isText(key) ? t(key) : what}</strong>
                    {channel === undefined ? null : ` · ${channel}`} <span lang="en">{detail}</span>
                  </span>
                </li>
              );
            })}
          </ol>
          {trailForgotten > 0 ? <p class="quiet">{t('trailForgotten', { count: trailForgotten })}</p> : null}
        </>
      )}
    </Shown>
  );
}
