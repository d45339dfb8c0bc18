// One service: where it stands at a glance, and its views beside each other.
import { needsYou, useOpenAlerts, useTitle } from '../../attention.ts';
import { path } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { Empty } from '../../parts/shown.tsx';
import { State } from '../../parts/state.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { Ago } from '../../parts/time.tsx';
import { Link, to } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { RuleDocument } from './answers.ts';
import { BreakersView } from './breakers.tsx';
import { FleetView } from './fleet.tsx';
import { LimitsView } from './limits.tsx';
import { SlosView } from './slos.tsx';
import { useService } from './one-service.ts';
import { servicesTexts } from './texts.ts';
import { TrafficView } from './traffic.tsx';

const VIEWS = ['traffic', 'breakers', 'limits', 'fleet', 'slos'] as const;
type ViewName = (typeof VIEWS)[number];

const isView = (name: string): name is ViewName => (VIEWS as readonly string[]).includes(name);

export function ServiceView({ service, view = 'traffic' }: { service: string; view: string | undefined }) {
  const t = useTexts(servicesTexts);
  useTitle(service);
  const { data: entry } = useService(service);
  const rules = useLive<RuleDocument>(path`/v1/services/${service}/rules`, 10_000);
  const open = useOpenAlerts().data?.alerts.filter((one) => one.service === service && one.status === 'firing') ?? [];
  const waiting = open.filter(needsYou).length;
  if (entry === null && rules.error?.status === 404) {
    return (
      <Empty title={t('noService', { service })}>
        <Link to="/services">{t('title')}</Link>
      </Empty>
    );
  }
  const named = isView(view) ? view : undefined;
  return (
    <>
      <div class="head">
        <h1>
          <Link to="/services" class="quiet">
            {t('title')}
          </Link>{' '}
          / {service}
        </h1>
        {open.length > 0 ? (
          <Link to={`/alerts?service=${encodeURIComponent(service)}`}>
            <State kind={waiting > 0 ? 'bad' : 'held'}>
              {t(waiting > 0 ? 'alerting' : 'held', { count: waiting || open.length })}
            </State>
          </Link>
        ) : null}
        {entry?.owner === undefined ? null : <span class="quiet">{entry.owner}</span>}
        {entry?.revision === undefined ? null : (
          <span class="quiet">
            {t('revisionOf', { revision: entry.revision })} · <Ago at={entry.publishedAt} />
          </span>
        )}
        {entry?.gray ? <State kind="warn">{t('grayOf', { revision: entry.gray.revision })}</State> : null}
        <div class="actions row">
          {entry?.draft && !entry.draft.inForce ? <State kind="held">{t('hasDraft')}</State> : null}
          <Link to={to`/rules/${service}`} class="button">
            {t('editRules')}
          </Link>
        </div>
      </div>
      <Tabs
        label={t('views')}
        tabs={VIEWS.map((name) => ({
          to: name === 'traffic' ? to`/services/${service}` : to`/services/${service}/${name}`,
          title: t(`view.${name}`),
          current: name === named,
        }))}
      />
      {named === 'traffic' ? <TrafficView service={service} since={entry?.since} rules={rules} /> : null}
      {named === 'breakers' ? <BreakersView service={service} /> : null}
      {named === 'limits' ? <LimitsView service={service} /> : null}
      {named === 'fleet' ? <FleetView service={service} /> : null}
      {named === 'slos' ? <SlosView service={service} /> : null}
      {named === undefined ? (
        <Empty title={t('noView')}>
          <Link to={to`/services/${service}`}>{service}</Link>
        </Empty>
      ) : null}
    </>
  );
}
