// An alert as a line of a list: how it stands, what is wrong, whose it is, who was told, and when what is held back is sent.
import type { ComponentChildren } from 'preact';
import type { OpenAlert } from '../api/alerts.ts';
import { useNow } from '../clock.ts';
import { Link, to } from '../router/router.tsx';
import { useTexts } from '../text/language.ts';
import { alertTexts, kindKey } from './alert-texts.ts';
import { KIND_OF, standingOf } from './standing.ts';
import { State } from './state.tsx';
import { Ago, Countdown, Time } from './time.tsx';

export function AlertState({ alert }: { alert: OpenAlert }) {
  const t = useTexts(alertTexts);
  const standing = standingOf(alert, useNow(10_000));
  return (
    <State kind={KIND_OF[standing]} title={t(`severity.${alert.severity}`)}>
      {t(standing)}
    </State>
  );
}

/** In a `<ul class="alert-rows">`. */
export function AlertRow({ alert, children }: { alert: OpenAlert; children?: ComponentChildren }) {
  const t = useTexts(alertTexts);
  const { id, kind, service, name, owner, severity, summary, since, endedAt, failing, status } = alert;
  const word = kindKey(kind);
  const where = [
    word ? t(word) : kind,
    name === service ? service : `${service}/${name}`,
    owner ?? t('nobodys'),
    t(`severity.${severity}`),
  ];
  return (
    <li>
      <AlertState alert={alert} />
      <div class="what">
        <Link to={to`/alerts/${id}`} lang="en">
          {summary}
        </Link>
        <span class="quiet">
          {where.map((part) => (
            <>
              <bdi>{part}</bdi> ·{' '}
            </>
          ))}
          {t('since')} <Ago at={since} />
          {status === 'resolved' ? (
            <>
              {' '}
              · {t('over')} <Time at={endedAt} />
            </>
          ) : null}
          {' · '}
          <Told alert={alert} />
        </span>
        {failing.length > 0 ? (
          <State kind="warn">{t('failing', { channels: failing.map(({ channel }) => channel).join(', ') })}</State>
        ) : null}
      </div>
      <div class="end">
        <Waits alert={alert} />
        {children}
      </div>
    </li>
  );
}

/** Which channels have been told. */
export function Told({ alert: { told } }: { alert: OpenAlert }) {
  const t = useTexts(alertTexts);
  return <>{told.length > 0 ? t('told', { channels: told.join(', ') }) : t('toldNobody')}</>;
}

/** What stands between the alert and who would be told. */
export function Waits({ alert: { acknowledged, held, sendsAt, status } }: { alert: OpenAlert }) {
  const t = useTexts(alertTexts);
  if (status === 'resolved') return null;
  const silenced = held.find(({ kind }) => kind === 'silenced');
  const kept = acknowledged ?? silenced;
  if (kept) {
    return (
      <span class="quiet kept">
        {acknowledged ? `${t('seenBy', { name: acknowledged.by })} ` : null}
        {kept.reason ? <bdi>“{kept.reason}” </bdi> : null}
        {kept.until === undefined ? null : (
          <>
            {t('until')} <Time at={kept.until} />
          </>
        )}
      </span>
    );
  }
  return sendsAt === undefined ? null : (
    <span class="quiet">
      <Countdown to={sendsAt} says={(left) => t('sendsIn', { left })} due={t('sending')} />
    </span>
  );
}
