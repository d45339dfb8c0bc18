// Notices to channels: what was sent, is about to be, was given up or taken back, and why.
import { useMemo } from 'preact/hooks';
import { State, type Kind } from '../../parts/state.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { useTexts } from '../../text/language.ts';
import type { Delivery } from './answers.ts';
import { alertsTexts } from './texts.ts';

const KINDS: Record<Delivery['state'], Kind> = {
  sent: 'ok',
  pending: 'held',
  claimed: 'held',
  dead: 'bad',
  dropped: 'off',
};

export function DeliveryState({ of: { state, maybeSent, error } }: { of: Delivery }) {
  const t = useTexts(alertsTexts);
  return (
    <State kind={KINDS[state]} {...(error === undefined ? {} : { title: error })}>
      {t(`decision.${state}`)}
      {maybeSent === true && state !== 'sent' ? ` (${t('maybeSent')})` : ''}
    </State>
  );
}

export function Deliveries({ of, forgotten }: { of: readonly Delivery[]; forgotten: number }) {
  const t = useTexts(alertsTexts);
  const latest = useMemo(() => of.toReversed(), [of]);
  const columns: readonly Column<Delivery>[] = [
    { key: 'state', title: t('state'), width: '130px', cell: (delivery) => <DeliveryState of={delivery} /> },
    { key: 'decided', title: t('decided'), width: '110px', cell: ({ decidedAt }) => <Time at={decidedAt} /> },
    { key: 'channel', title: t('channel'), width: 'minmax(120px, 1fr)', cell: ({ channel }) => channel },
    { key: 'notice', title: t('notice'), width: '100px', cell: ({ kind }) => t(`notice.${kind}`) },
    { key: 'settled', title: t('settled'), width: '110px', cell: ({ settledAt }) => <Time at={settledAt} /> },
    {
      ...{ key: 'reason', title: t('reason'), width: 'minmax(220px, 3fr)' },
      cell: ({ reason, error }) => {
        const said = error === undefined ? reason : `${reason}; ${error}`;
        return (
          <span lang="en" title={said}>
            {said}
          </span>
        );
      },
    },
  ];
  return (
    <>
      <Table
        label={t('sent')}
        columns={columns}
        rows={latest}
        rowKey={({ id }) => id}
        minWidth={820}
        empty={<p class="quiet">{t('noDeliveries')}</p>}
      />
      {forgotten > 0 ? <p class="quiet">{t('forgottenDeliveries', { count: forgotten })}</p> : null}
    </>
  );
}
