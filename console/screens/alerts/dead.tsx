// What could not be delivered and was given up: who does not know, and a way to try once more.
import { path, send } from '../../api/client.ts';
import { refreshed, useLive } from '../../api/live.ts';
import { useAct } from '../../parts/feedback.tsx';
import { Empty, Shown } from '../../parts/shown.tsx';
import { State } from '../../parts/state.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { Ago } from '../../parts/time.tsx';
import { Link, to } from '../../router/router.tsx';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import type { DeadDelivery } from './answers.ts';
import { alertsTexts } from './texts.ts';

export function Dead() {
  const t = useTexts(alertsTexts);
  const live = useLive<{ deliveries: readonly DeadDelivery[] }>('/v1/alerts/deliveries?limit=200', 10_000);
  return (
    <Shown of={live}>
      {({ deliveries }) =>
        deliveries.length === 0 ? (
          <Empty title={t('noDead')}>{t('deadSays')}</Empty>
        ) : (
          <>
            <p class="quiet">{t('deadSays')}</p>
            <ul class="lines">
              {deliveries.map((delivery) => (
                <One key={delivery.id} delivery={delivery} />
              ))}
            </ul>
          </>
        )
      }
    </Shown>
  );
}

function One({ delivery }: { delivery: DeadDelivery }) {
  const t = useTexts(alertsTexts);
  const tParts = useTexts(partsTexts);
  const { id, alert, summary, service, channel, kind, attempts, error, settledAt } = delivery;
  const may = useMay()('editor', service);
  const [busy, run] = useAct();
  const retry = async () => {
    await send('POST', path`/v1/alerts/deliveries/${id}/retry`, {});
    await refreshed('/v1/alerts');
  };
  return (
    <li>
      <State kind="bad">{t('decision.dead')}</State>
      <div>
        <strong>{channel}</strong> ·{' '}
        <Link to={to`/alerts/${alert}`} lang="en">
          {summary}
        </Link>
        <p lang="en">{error}</p>
        <span class="quiet">
          {t(`notice.${kind}`)} · {t('attempts', { count: attempts })} · <Ago at={settledAt} />
        </span>
      </div>
      <div class="end">
        <button
          type="button"
          disabled={busy || !may}
          title={may ? undefined : tParts('mayNot', { role: 'editor' })}
          onClick={() => void run(retry, t('retryDone'))}
        >
          {t('retry')}
        </button>
      </div>
    </li>
  );
}
