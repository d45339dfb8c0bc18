// Lists of alerts by how they stand, narrowed by filters that are in the address.
import { useEffect, useState } from 'preact/hooks';
import type { OpenAlert, OpenAlerts } from '../../api/alerts.ts';
import { get, queryOf } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { useOpenAlerts } from '../../attention.ts';
import { useNow } from '../../clock.ts';
import { useAct } from '../../parts/feedback.tsx';
import { AlertRow } from '../../parts/alert-row.tsx';
import { Empty, Shown } from '../../parts/shown.tsx';
import { worstFirst } from '../../parts/standing.ts';
import { go, useParam } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import { Acts } from './acts.tsx';
import { FilterBar } from './filters.tsx';
import { LISTS, passes, standsIn, type Filters, type ListName } from './lists.ts';
import { alertsTexts } from './texts.ts';

const HOUR_MS = 3_600_000;
const RESOLVED_MS = 15_000;

export function List() {
  const [status] = useParam('status', 'firing');
  const [kind] = useParam('kind');
  const [severity] = useParam('severity');
  const [service] = useParam('service');
  const [owner] = useParam('owner');
  const [days] = useParam('days', '7');
  const name = LISTS.find((one) => one === status) ?? 'firing';
  const filters = { kind, severity, service, owner };
  return (
    <>
      <FilterBar filters={filters} withDays={name === 'resolved'} />
      {name === 'resolved' ? (
        <Resolved filters={filters} days={Number(days)} />
      ) : (
        <Open name={name} filters={filters} />
      )}
    </>
  );
}

/** Of the open ones everything is at hand: the count in the title comes from the same look. */
function Open({ name, filters }: { name: ListName; filters: Filters }) {
  const live = useOpenAlerts();
  const at = useNow(10_000);
  return (
    <Shown of={live}>
      {({ alerts, cursor, warnings = [] }) => (
        <>
          {warnings.map((warning) => (
            <div key={warning} class="note warn" lang="en">
              {warning}
            </div>
          ))}
          <Rows
            key={JSON.stringify([name, filters])}
            alerts={alerts.filter((alert) => standsIn(name, alert, at)).sort(worstFirst)}
            filters={filters}
            more={
              cursor === undefined ? undefined : { path: '/v1/alerts', query: { status: name, ...filters }, cursor }
            }
          />
        </>
      )}
    </Shown>
  );
}

function Resolved({ filters, days }: { filters: Filters; days: number }) {
  const at = useNow(60_000);
  const span = Number.isFinite(days) && days > 0 ? Math.min(days, 90) : 7;
  const from = new Date(Math.floor(at / HOUR_MS) * HOUR_MS - span * 24 * HOUR_MS).toISOString();
  const query = { status: 'resolved', from, limit: 100, ...filters };
  const live = useLive<OpenAlerts>(`/v1/alerts${queryOf(query)}`, RESOLVED_MS);
  return (
    <Shown of={live}>
      {({ alerts, cursor }) => (
        <Rows
          key={JSON.stringify([from, filters])}
          alerts={alerts}
          filters={filters}
          more={cursor === undefined ? undefined : { path: '/v1/alerts', query, cursor }}
        />
      )}
    </Shown>
  );
}

interface RowsProps {
  alerts: readonly OpenAlert[];
  filters: Filters;
  more:
    | { readonly path: string; readonly query: Readonly<Record<string, string | number>>; readonly cursor: string }
    | undefined;
}

/** The first page is live; those behind it are as they were when they were loaded. */
function Rows({ alerts, filters, more }: RowsProps) {
  const t = useTexts(alertsTexts);
  const [added, setAdded] = useState<OpenAlerts>();
  const [busy, run] = useAct();
  const hasMore = more !== undefined;
  useEffect(() => setAdded(undefined), [hasMore]);
  const cursor = added ? added.cursor : more?.cursor;
  const here = new Set(alerts.map(({ id }) => id));
  const all = [...alerts, ...(added?.alerts ?? []).filter(({ id }) => !here.has(id))];
  const shown = all.filter((alert) => passes(filters, alert));
  const isNarrowed = Object.values(filters).some((value) => value !== '');
  const load = async () => {
    if (!more) return;
    const { path, query } = more;
    const page = await get<OpenAlerts>(`${path}${queryOf({ ...query, cursor })}`);
    setAdded((was) => ({ ...page, alerts: [...(was?.alerts ?? []), ...page.alerts] }));
  };
  return (
    <>
      {shown.length === 0 && cursor === undefined ? (
        <Empty title={t(isNarrowed ? 'noneFits' : 'none')}>
          {isNarrowed ? (
            <button type="button" onClick={() => go('/alerts')}>
              {t('clear')}
            </button>
          ) : null}
        </Empty>
      ) : (
        <ul class="alert-rows">
          {shown.map((alert) => (
            <AlertRow key={alert.id} alert={alert}>
              <Acts alert={alert} />
            </AlertRow>
          ))}
        </ul>
      )}
      {cursor === undefined || more === undefined ? null : (
        <div>
          <button type="button" disabled={busy} onClick={() => void run(load)}>
            {t('more')}
          </button>
        </div>
      )}
    </>
  );
}
