// One alert: what is wrong, what is held back, who was told and why, what has happened; messages link here.
import { path } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { useSilences, useTitle } from '../../attention.ts';
import { withSilences } from '../../parts/matching.ts';
import { AlertState, Told, Waits } from '../../parts/alert-row.tsx';
import { Empty, Shown } from '../../parts/shown.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { Link, to } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import { Acts } from './acts.tsx';
import type { AlertDetail } from './answers.ts';
import { Overview } from './overview.tsx';
import { History, WhyTold } from './why.tsx';
import { alertsTexts } from './texts.ts';

export function AlertPage({ id, part }: { id: string; part: string }) {
  const t = useTexts(alertsTexts);
  const live = useLive<AlertDetail>(path`/v1/alerts/${id}`);
  const silences = useSilences();
  useTitle(live.data?.summary ?? t('title'));
  const views = [
    { to: to`/alerts/${id}`, title: t('overview'), current: part !== 'why' && part !== 'history' },
    { to: to`/alerts/${id}/why`, title: t('why'), current: part === 'why' },
    { to: to`/alerts/${id}/history`, title: t('history'), current: part === 'history' },
  ];
  return (
    <div class="alerts-screen stack">
      <nav>
        <Link to="/alerts">← {t('back')}</Link>
      </nav>
      <Shown of={live} missing={<Empty title={t('missing')} />}>
        {(seen) => {
          const alert = withSilences(seen, silences);
          return (
            <>
              <div class="head">
                <h1 class="summary" lang="en">
                  {alert.summary}
                </h1>
                <div class="row">
                  <AlertState alert={alert} />
                  <span class="quiet">
                    <Told alert={alert} />
                  </span>
                  <Waits alert={alert} />
                </div>
                <div class="row actions">
                  <Acts alert={alert} full />
                </div>
              </div>
              <Tabs label={t('views')} tabs={views} />
              {part === 'why' ? (
                <WhyTold id={id} />
              ) : part === 'history' ? (
                <History id={id} />
              ) : (
                <Overview alert={alert} />
              )}
            </>
          );
        }}
      </Shown>
    </div>
  );
}
