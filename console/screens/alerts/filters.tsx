// The filters of a list of alerts; each is a parameter of the address.
import { useId } from 'preact/hooks';
import { useOpenAlerts } from '../../attention.ts';
import { ALERT_KINDS, alertTexts } from '../../parts/alert-texts.ts';
import { useParam } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { Filters } from './lists.ts';
import { alertsTexts } from './texts.ts';

export const SEVERITIES = ['realtime', 'high', 'deferred'] as const;
const DAYS = [1, 7, 30, 90] as const;

export function FilterBar({ filters, withDays }: { filters: Filters; withDays: boolean }) {
  const t = useTexts(alertsTexts);
  const words = useTexts(alertTexts);
  const [, setKind] = useParam('kind');
  const [, setSeverity] = useParam('severity');
  const [days, setDays] = useParam('days', '7');
  const alerts = useOpenAlerts().data?.alerts ?? [];
  return (
    <div class="row filters" role="search" aria-label={t('filters')}>
      <select aria-label={t('kind')} value={filters.kind} onChange={(event) => setKind(event.currentTarget.value)}>
        <option value="">{t('allKinds')}</option>
        {ALERT_KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {words(`kind.${kind}`)}
          </option>
        ))}
      </select>
      <select
        aria-label={t('severity')}
        value={filters.severity}
        onChange={(event) => setSeverity(event.currentTarget.value)}
      >
        <option value="">{t('allSeverities')}</option>
        {SEVERITIES.map((severity) => (
          <option key={severity} value={severity}>
            {words(`severity.${severity}`)}
          </option>
        ))}
      </select>
      <Named name="service" known={alerts.map(({ service }) => service)} />
      <Named name="owner" known={alerts.flatMap(({ owner }) => owner ?? [])} />
      {withDays ? (
        <select aria-label={t('since')} value={days} onChange={(event) => setDays(event.currentTarget.value)}>
          {DAYS.map((count) => (
            <option key={count} value={count}>
              {t('days', { count })}
            </option>
          ))}
        </select>
      ) : null}
    </div>
  );
}

function Named({ name, known }: { name: 'service' | 'owner'; known: readonly string[] }) {
  const t = useTexts(alertsTexts);
  const [value, set] = useParam(name);
  const id = useId();
  return (
    <>
      <input
        type="search"
        aria-label={t(name)}
        placeholder={t(name)}
        list={id}
        value={value}
        onChange={(event) => set(event.currentTarget.value.trim())}
      />
      <datalist id={id}>
        {[...new Set(known)].sort().map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  );
}
