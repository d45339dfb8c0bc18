// The silences that hold or are to come, those that were forgotten marked; and how one is ended.
import { useState } from 'preact/hooks';
import type { Match, Silence } from '../../api/alerts.ts';
import { path, send } from '../../api/client.ts';
import { refreshed, useLive } from '../../api/live.ts';
import { alertTexts, isAlertWord } from '../../parts/alert-texts.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { useAct } from '../../parts/feedback.tsx';
import { Empty, Shown } from '../../parts/shown.tsx';
import { State, type Kind } from '../../parts/state.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { Countdown, Time } from '../../parts/time.tsx';
import { Link, useParam } from '../../router/router.tsx';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import { matchText } from '../../parts/matching.ts';
import { alertsTexts } from './texts.ts';

const KINDS: Record<Silence['state'], Kind> = { active: 'held', pending: 'unknown', expired: 'off' };

export function Silences() {
  const t = useTexts(alertsTexts);
  const [all, setAll] = useParam('all');
  const live = useLive<{ silences: readonly Silence[] }>(`/v1/alerts/silences${all === '1' ? '?all=true' : ''}`);
  return (
    <>
      <div class="row">
        <Link class="button" to="/alerts/silences/new">
          {t('newSilence')}
        </Link>
        <label class="row">
          <input type="checkbox" checked={all === '1'} onChange={() => setAll(all === '1' ? '' : '1')} />
          {t('withEnded')}
        </label>
      </div>
      <Shown of={live}>
        {({ silences }) =>
          silences.length === 0 ? (
            <Empty title={t('noSilences')} />
          ) : (
            <ul class="lines">
              {silences.map((silence) => (
                <One key={silence.id} silence={silence} />
              ))}
            </ul>
          )
        }
      </Shown>
    </>
  );
}

function useMatchText(): (match: Match) => string {
  const t = useTexts(alertsTexts);
  const words = useTexts(alertTexts);
  return (match) =>
    matchText(match, (field, value) => {
      if (value === undefined) return t(field);
      const word = `${field}.${value}`;
      return isAlertWord(word) ? words(word) : value;
    });
}

function One({ silence }: { silence: Silence }) {
  const t = useTexts(alertsTexts);
  const said = useMatchText();
  const { match, from, until, reason, by, state, matchedAt, forgotten, endsSoon, ended } = silence;
  return (
    <li>
      <State kind={KINDS[state]}>{t(`silence.${state}`)}</State>
      <div>
        <strong>{said(match)}</strong>{' '}
        {forgotten === undefined ? null : (
          <State kind="warn" title={forgotten}>
            {t('forgotten')}
          </State>
        )}
        <p>{reason}</p>
        <span class="quiet">
          {t('by', { name: by })} · <Time at={from} /> – <Time at={ended?.at ?? until} />
          {ended === undefined ? '' : ` (${ended.by})`} ·{' '}
          {matchedAt === undefined ? (
            t('neverHeld')
          ) : (
            <>
              {t('lastHeld')} <Time at={matchedAt} />
            </>
          )}
        </span>
      </div>
      <div class="end">
        {state === 'active' ? (
          <span class="quiet">
            <Countdown to={until} says={(left) => t(endsSoon ? 'endsSoon' : 'left', { left })} />
          </span>
        ) : null}
        {state === 'expired' ? null : <End silence={silence} />}
      </div>
    </li>
  );
}

function End({ silence: { id, match } }: { silence: Silence }) {
  const t = useTexts(alertsTexts);
  const tParts = useTexts(partsTexts);
  const said = useMatchText();
  const may = useMay();
  const [open, setOpen] = useState(false);
  const [busy, run] = useAct();
  const [service] = match.service ?? [];
  const isAllowed = may('editor', service);
  const end = async () => {
    await send('DELETE', path`/v1/alerts/silences/${id}`);
    await refreshed('/v1/alerts');
  };
  return (
    <>
      <button
        type="button"
        disabled={!isAllowed}
        title={isAllowed ? undefined : tParts('mayNot', { role: 'editor' })}
        onClick={() => setOpen(true)}
      >
        {t('endSilence')}
      </button>
      {open ? (
        <Dialog title={t('endTitle')} onClose={() => setOpen(false)}>
          <p>
            <strong>{said(match)}</strong>
          </p>
          <p>{t('endSays')}</p>
          <div class="row">
            <button
              type="button"
              class="danger"
              disabled={busy}
              onClick={() => void run(end, t('endDone')).then((done) => done && setOpen(false))}
            >
              {t('endSilence')}
            </button>
            <button type="button" onClick={() => setOpen(false)}>
              {tParts('cancel')}
            </button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}
