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
import { stateOf, titleOf } from './state.ts';
import { servicesTexts } from './texts.ts';
import { useTrafficOfAll } from './traffic-of-all.ts';
import { TrafficView } from './traffic.tsx';
import { trafficOf } from './windows.ts';

const VIEWS = ['traffic', 'breakers', 'limits', 'fleet', 'slos'] as const;
type ViewName = (typeof VIEWS)[number];

const isView = (name: string): name is ViewName => (VIEWS as readonly string[]).includes(name);

export function ServiceView({ service, view = 'traffic' }: { service: string; view: string | undefined }) {
  const t = useTexts(servicesTexts);
  useTitle(service);
  const { data: entry } = useService(service);
  const rules = useLive<RuleDocument>(path`/v1/services/${service}/rules`, 10_000);
  const open = useOpenAlerts().data?.alerts.filter((one) => one.service === service && one.status === 'firing') ?? [];
  const windows = useTrafficOfAll(1);
  const state =
    entry && stateOf(entry, trafficOf(service, Date.parse(entry.since), windows), open, open.filter(needsYou));
  if (entry === null && rules.error?.status === 404) {
    return (
      <Empty title={t('noService', { service })}>
        <Link to="/services">{t('title')}</Link>
      </Empty>
    );
  }
  const named = isView(view) ? view : undefined;
  const pill = state ? (
    <State kind={state.kind} title={t(titleOf(state.text), { count: state.count })}>
      {t(state.text, { count: state.count })}
    </State>
  ) : null;
  return (
    <>
      <div class="head">
        <h1>
          <Link to="/services" class="quiet">
            {t('title')}
          </Link>{' '}
          <span aria-hidden="true">›</span> {service}
        </h1>
        {open.length > 0 ? <Link to={`/alerts?service=${encodeURIComponent(service)}`}>{pill}</Link> : pill}
        {entry?.owner === undefined ? null : <span class="quiet">{entry.owner}</span>}
        {entry?.revision === undefined ? null : (
          <span class="quiet">
            <Link to={to`/rules/${service}` + historyOf(entry.revision)}>
              {t('revisionOf', { revision: entry.revision })}
            </Link>{' '}
            · <Ago at={entry.publishedAt} />
          </span>
        )}
        {entry?.gray ? <State kind="warn">{t('grayOf', { revision: entry.gray.revision })}</State> : null}
        <div class="actions row">
          <Link to={`/traces?service=${encodeURIComponent(service)}&outcome=error`}>{t('failedTraces')}</Link>
          <Link to={to`/topology/node/${`service:${service}`}`}>{t('topology')}</Link>
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

/** What it has changed; the first has changed nothing. */
const historyOf = (revision: number): string =>
  `?view=history${revision > 1 ? `&from=${String(revision - 1)}&to=${String(revision)}` : ''}`;
