// Four eyes: how many others must agree to the draft, who has, and agreeing to exactly the one that is shown.
import { useState } from 'preact/hooks';
import { send } from '../../api/client.ts';
import { refreshed, useLive } from '../../api/live.ts';
import { useAct } from '../../parts/feedback.tsx';
import { State } from '../../parts/state.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { Ago } from '../../parts/time.tsx';
import { useMay, useMe } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import type { Approvals } from './answers.ts';
import type { Subject } from './subject.ts';
import { rulesTexts } from './texts.ts';

export const approvalsPath = ({ api }: Subject): string => `${api}/draft/approvals`;

export function Approving({ subject, etag, author }: { subject: Subject; etag: string; author: string }) {
  const t = useTexts(rulesTexts);
  const tp = useTexts(partsTexts);
  const { data } = useLive<Approvals>(approvalsPath(subject));
  const [note, setNote] = useState('');
  const [busy, run] = useAct();
  const me = useMe();
  const may = useMay()(subject.publishes, subject.isBaseline ? undefined : subject.name);
  if (!data || (data.needed === 0 && data.approvals.length === 0)) return null;
  const { needed, approvals } = data;
  const isMine = me?.name === author;
  const isOld = data.etag !== etag;
  const why = !may
    ? tp('mayNot', { role: subject.publishes })
    : isMine
      ? t('ownDraft')
      : isOld
        ? t('draftMoved')
        : undefined;
  const approve = () =>
    void run(async () => {
      const body = note.trim() === '' ? {} : { note: note.trim() };
      await send('POST', `${subject.api}/draft/approve`, body, { 'if-match': `"${etag}"` });
      await refreshed(approvalsPath(subject));
      setNote('');
    }, t('approved'));
  return (
    <section class="card" aria-label={t('approvals')}>
      <div class="row">
        <h2>{t('approvals')}</h2>
        <State kind={approvals.length >= needed ? 'ok' : 'held'}>
          {t('approvalsOf', { given: approvals.length, needed })}
        </State>
      </div>
      <ul class="plainly">
        {approvals.map(({ by, at, note: why }) => (
          <li key={by}>
            {by} <Ago at={at} /> {why === undefined ? null : <q>{why}</q>}
          </li>
        ))}
      </ul>
      <div class="row">
        <input
          type="text"
          maxLength={1000}
          aria-label={t('note')}
          placeholder={t('note')}
          value={note}
          onInput={({ currentTarget }) => setNote(currentTarget.value)}
        />
        <button type="button" disabled={busy || why !== undefined} title={why} onClick={approve}>
          {t('approve')}
        </button>
        {why === undefined ? null : <span class="quiet">{why}</span>}
      </div>
    </section>
  );
}
