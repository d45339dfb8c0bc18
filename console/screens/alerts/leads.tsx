// What whoever is woken asks first: what its author said of it, what changed before, and where to go on.
import { path } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { Time } from '../../parts/time.tsx';
import { Link } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { AlertDetail } from './answers.ts';
import { leadsOf, placeOf } from './places.ts';
import { Runbook } from './runbook.tsx';
import { alertsTexts } from './texts.ts';

const CHECK_MS = 60_000;

export function Leads({ alert }: { alert: AlertDetail }) {
  const t = useTexts(alertsTexts);
  const { kind, key, service, name, changes, runbook } = alert;
  // `check/<service>/<unique key>`
  const check = kind === 'check' ? path`/api/v3/checks/${key.split('/').slice(2).join('/')}` : undefined;
  const desc = useLive<{ readonly desc: string }>(check, CHECK_MS).data?.desc ?? '';
  const place = placeOf(alert);
  const leads = leadsOf(alert);
  return (
    <>
      {desc === '' ? null : <p class="note said">{desc}</p>}
      {changes === undefined ? null : (
        <section class="stack">
          <h2>{t('changes')}</h2>
          {changes.length === 0 ? (
            <p class="quiet">{t('noChanges')}</p>
          ) : (
            <ul class="lines trail">
              {changes.map(({ at, what }) => (
                <li key={at + what}>
                  <Time at={at} />
                  <span lang="en">{what}</span>
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
      <nav class="row" aria-label={t('leads')}>
        {place === undefined ? null : (
          <Link class="button" to={place}>
            {t('open', { name: name === service ? service : `${service}/${name}` })}
          </Link>
        )}
        {leads.map(([lead, at]) => (
          <Link key={lead} to={at}>
            {t(`lead.${lead}`)}
          </Link>
        ))}
        {runbook === undefined ? null : (
          <span>
            {t('runbook')}: <Runbook at={runbook} />
          </span>
        )}
      </nav>
    </>
  );
}
