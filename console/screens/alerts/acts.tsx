// What people do with an alert: acknowledge it, take that back, have what is held sent now, silence its like.
import { useState } from 'preact/hooks';
import { path, send } from '../../api/client.ts';
import { refreshed } from '../../api/live.ts';
import type { OpenAlert } from '../../api/alerts.ts';
import { useNow } from '../../clock.ts';
import { ReasonDialog } from '../../parts/dialog.tsx';
import { useAct } from '../../parts/feedback.tsx';
import { isAcknowledged } from '../../parts/standing.ts';
import { partsTexts } from '../../parts/texts.ts';
import { Link } from '../../router/router.tsx';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import { AckDialog } from './ack-dialog.tsx';
import { silencePlace } from './places.ts';
import { alertsTexts } from './texts.ts';

export function Acts({ alert, full = false }: { alert: OpenAlert; full?: boolean }) {
  const t = useTexts(alertsTexts);
  const tParts = useTexts(partsTexts);
  const may = useMay()('editor', alert.service);
  const at = useNow(10_000);
  const [open, setOpen] = useState<'ack' | 'send-now'>();
  const [busy, run] = useAct();
  const { id, status, held, summary } = alert;
  const isSeen = isAcknowledged(alert, at);
  const isHeld = held.some(({ kind }) => kind !== 'acknowledged' && kind !== 'unrouted');
  if (status === 'resolved') return full ? <Silencing alert={alert} /> : null;
  const title = may ? undefined : tParts('mayNot', { role: 'editor' });
  const takeBack = async () => {
    await send('DELETE', path`/v1/alerts/${id}/ack`);
    await refreshed('/v1/alerts');
  };
  const sendNow = async (reason: string) => {
    await send('POST', path`/v1/alerts/${id}/send-now`, { reason });
    await refreshed('/v1/alerts');
  };
  return (
    <>
      {isSeen ? (
        <button type="button" disabled={!may || busy} title={title} onClick={() => void run(takeBack, t('takenBack'))}>
          {t('takeBack')}
        </button>
      ) : (
        <button type="button" disabled={!may} title={title} onClick={() => setOpen('ack')}>
          {t('ack')}
        </button>
      )}
      {isHeld ? (
        <button type="button" disabled={!may} title={title} onClick={() => setOpen('send-now')}>
          {t('sendNow')}
        </button>
      ) : null}
      {full ? <Silencing alert={alert} /> : null}
      {open === 'ack' ? <AckDialog alert={alert} onClose={() => setOpen(undefined)} /> : null}
      {open === 'send-now' ? (
        <ReasonDialog
          title={t('sendNow')}
          act={t('sendNow')}
          busy={busy}
          onClose={() => setOpen(undefined)}
          onReason={(reason) => {
            void run(() => sendNow(reason), t('sendNowDone')).then((done) => done && setOpen(undefined));
          }}
        >
          <p>
            <strong lang="en">{summary}</strong>
          </p>
          <p>{t('sendNowSays')}</p>
        </ReasonDialog>
      ) : null}
    </>
  );
}

function Silencing({ alert }: { alert: OpenAlert }) {
  const t = useTexts(alertsTexts);
  return (
    <Link class="button" to={silencePlace(alert)}>
      {t('silence')}
    </Link>
  );
}
