// What is known of an alert: what it is of, the exception, what it blocks, what is held back of it, what was sent.
import type { ComponentChildren } from 'preact';
import type { Hold } from '../../api/alerts.ts';
import { useOpenAlerts } from '../../attention.ts';
import { alertTexts, kindKey } from '../../parts/alert-texts.ts';
import { State } from '../../parts/state.tsx';
import { Ago, Countdown, Time } from '../../parts/time.tsx';
import { Link, to } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { AlertDetail } from './answers.ts';
import { Deliveries } from './deliveries.tsx';
import { Leads } from './leads.tsx';
import { placeOf } from './places.ts';
import { alertsTexts } from './texts.ts';

export function Overview({ alert }: { alert: AlertDetail }) {
  const t = useTexts(alertsTexts);
  const { exception = [], held, failing } = alert;
  return (
    <>
      {exception.length > 0 ? (
        <section class="stack">
          <h2>{t('exception')}</h2>
          <pre tabIndex={0} aria-label={t('exception')}>
            {exception.join('\n')}
          </pre>
        </section>
      ) : null}
      <Leads alert={alert} />
      <section class="card">
        <h2>{t('facts')}</h2>
        <Facts alert={alert} />
      </section>
      {held.length > 0 ? (
        <section class="stack">
          <h2>{t('holds')}</h2>
          <ul class="lines">
            {held.map((hold) => (
              <Held key={`${hold.kind} ${hold.channel ?? ''}`} hold={hold} />
            ))}
          </ul>
        </section>
      ) : null}
      {failing.length > 0 ? (
        <section class="stack">
          <h2>{t('failing')}</h2>
          <ul class="lines">
            {failing.map(({ channel, attempts, error, nextAttemptAt }) => (
              <li key={channel}>
                <State kind="warn">{t('attempts', { count: attempts })}</State>
                <span>
                  <strong>{channel}</strong> <span lang="en">{error}</span>
                </span>
                <span class="end quiet">
                  {nextAttemptAt === undefined ? (
                    t('givenUp')
                  ) : (
                    <Countdown to={nextAttemptAt} says={(left) => t('nextAttempt', { left })} />
                  )}
                </span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <section class="stack">
        <h2>{t('sent')}</h2>
        <Deliveries of={alert.deliveries} forgotten={alert.deliveriesForgotten ?? 0} />
      </section>
    </>
  );
}

/** What keeps one channel or all of them from being told, and until when. */
function Held({ hold: { channel, kind, until, reason, since, recovered } }: { hold: Hold }) {
  const t = useTexts(alertsTexts);
  const words = useTexts(alertTexts);
  // Of these time alone decides; what others keep quiet is looked at anew when they end.
  const isSent = kind === 'deferred' || kind === 'muted';
  return (
    <li>
      <State kind="held">{t(`hold.${kind}`)}</State>
      <span>
        <strong>{channel ?? t('everybody')}</strong> <span lang="en">{reason}</span>
        <span class="quiet">
          {' '}
          · <Ago at={since} />
          {recovered ? ` · ${t('recovered')}` : ''}
        </span>
      </span>
      <span class="end">
        {until === undefined ? (
          <span class="quiet">{t('untilOver')}</span>
        ) : (
          <Countdown to={until} says={(left) => (isSent ? words('sendsIn', { left }) : t('left', { left }))} />
        )}
      </span>
    </li>
  );
}

function Facts({ alert }: { alert: AlertDetail }) {
  const t = useTexts(alertsTexts);
  const words = useTexts(alertTexts);
  const { kind, service, name, owner, severity, limited, since, noticedAt, endedAt, neededBy, failures = 0 } = alert;
  const { reopened, blocks = [], because, tags = [], episode, acknowledged, sendNow } = alert;
  const word = kindKey(kind);
  const place = placeOf(alert);
  const what = `${word ? words(word) : kind} ${name === service ? service : `${service}/${name}`}`;
  return (
    <dl class="facts">
      <Fact title={t('what')}>{place === undefined ? what : <Link to={place}>{what}</Link>}</Fact>
      <Fact title={t('owner')} if={owner !== undefined}>
        {owner}
      </Fact>
      <Fact title={t('severity')}>
        {words(`severity.${severity}`)}
        {limited === undefined ? null : <span lang="en"> ({limited})</span>}
      </Fact>
      <Fact title={t('began')}>
        <Time at={since} full /> (<Ago at={since} />)
      </Fact>
      <Fact title={t('noticed')}>
        <Time at={noticedAt} full />
      </Fact>
      <Fact title={t('ended')} if={endedAt !== undefined}>
        <Time at={endedAt} full />
      </Fact>
      <Fact title={t('neededBy')} if={neededBy !== undefined}>
        <Time at={neededBy} full /> {neededBy && <Countdown to={neededBy} due={<Ago at={neededBy} />} />}
      </Fact>
      <Fact title={t('failures')} if={failures > 0}>
        {failures}
      </Fact>
      <Fact title={t('blocks')} if={kind === 'job' || blocks.length > 0}>
        {blocks.length > 0 ? <State kind="bad">{blocks.join(', ')}</State> : t('blocksNothing')}
      </Fact>
      <Fact title={t('because')} if={because !== undefined}>
        <Cause of={because ?? ''} />
      </Fact>
      <Fact title={t('tags')} if={tags.length > 0}>
        {tags.join(', ')}
      </Fact>
      <Fact title={t('acknowledged')} if={acknowledged !== undefined}>
        {acknowledged?.by} · <Time at={acknowledged?.at} full />
        {acknowledged?.until === undefined ? null : (
          <>
            {' '}
            · {words('until')} <Time at={acknowledged.until} full />
          </>
        )}
        {acknowledged?.reason === undefined ? null : <blockquote>{acknowledged.reason}</blockquote>}
      </Fact>
      <Fact title={t('sendNowBy')} if={sendNow !== undefined}>
        {sendNow?.by} · <Time at={sendNow?.at} full />
        <blockquote>{sendNow?.reason}</blockquote>
      </Fact>
      <Fact title={t('reopened')} if={reopened > 0}>
        {t('times', { count: reopened })}
      </Fact>
      <Fact title={t('episode')}>{episode}</Fact>
    </dl>
  );
}

function Fact({ title, if: isShown = true, children }: { title: string; if?: boolean; children: ComponentChildren }) {
  return isShown ? (
    <>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </>
  ) : null;
}

/** A link to the alert that this one follows from, while that is open. */
function Cause({ of }: { of: string }) {
  const cause = useOpenAlerts().data?.alerts.find(({ key }) => key === of);
  if (!cause) return <code>{of}</code>;
  return (
    <Link to={to`/alerts/${cause.id}`} lang="en">
      {cause.summary}
    </Link>
  );
}
