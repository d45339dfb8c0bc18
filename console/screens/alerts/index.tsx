// The screen Alerts: what burns, what is held back, one alert and why it was told to whom, silences, what was lost, the week's report.
import { useOpenAlerts, useTitle } from '../../attention.ts';
import { standsIn, LISTS } from './lists.ts';
import { Tabs } from '../../parts/tabs.tsx';
import { usePlace } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { ScreenProps } from '../screen.ts';
import { useNow } from '../../clock.ts';
import { AlertPage } from './alert.tsx';
import { Dead } from './dead.tsx';
import { List } from './list.tsx';
import { WeekReport } from './report.tsx';
import { SilenceForm } from './silence-form.tsx';
import { Silences } from './silences.tsx';
import { alertsTexts } from './texts.ts';

const PAGES = ['silences', 'deliveries', 'report'] as const;

export default function Alerts({ rest }: ScreenProps) {
  const t = useTexts(alertsTexts);
  useTitle(t('title'));
  const [view = '', part = ''] = rest;
  const page = PAGES.find((name) => name === view);
  if (view !== '' && page === undefined) return <AlertPage id={view} part={part} />;
  return (
    <div class="alerts-screen stack">
      <h1>{t('title')}</h1>
      <Views page={page} />
      {page === 'silences' ? (
        part === 'new' ? (
          <SilenceForm />
        ) : (
          <Silences />
        )
      ) : page === 'deliveries' ? (
        <Dead />
      ) : page === 'report' ? (
        <WeekReport />
      ) : (
        <List />
      )}
    </div>
  );
}

function Views({ page }: { page: (typeof PAGES)[number] | undefined }) {
  const t = useTexts(alertsTexts);
  const { query } = usePlace();
  const at = useNow(10_000);
  const alerts = useOpenAlerts().data?.alerts;
  const status = query.get('status') ?? 'firing';
  const lists = LISTS.map((name) => {
    const count = name === 'resolved' ? 0 : (alerts?.filter((alert) => standsIn(name, alert, at)).length ?? 0);
    const kept = new URLSearchParams(page === undefined ? query : '');
    if (name === 'firing') kept.delete('status');
    else kept.set('status', name);
    const text = kept.toString();
    return {
      to: `/alerts${text === '' ? '' : `?${text}`}`,
      title: count > 0 ? `${t(name)} ${String(count)}` : t(name),
      current: page === undefined && status === name,
    };
  });
  const pages = PAGES.map((name) => ({ to: `/alerts/${name}`, title: t(name), current: page === name }));
  return <Tabs label={t('views')} tabs={[...lists, ...pages]} />;
}
