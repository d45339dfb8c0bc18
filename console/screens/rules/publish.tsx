// Publishing what is shown above, and nothing else: with its ETag, and only in place of the revision it was compared with.
import { useId, useState } from 'preact/hooks';
import { send } from '../../api/client.ts';
import { refreshed } from '../../api/live.ts';
import { ApiError } from '../../api/problem.ts';
import { partsTexts } from '../../parts/texts.ts';
import { Link } from '../../router/router.tsx';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import type { Published } from './answers.ts';
import type { Compared } from './compared.ts';
import { GrayForm } from './gray-form.tsx';
import { grayOf, WHOLE } from './gray-terms.ts';
import { Refused } from './refused.tsx';
import { placeOf, type Subject } from './subject.ts';
import { rulesTexts } from './texts.ts';

interface PublishProps {
  subject: Subject;
  compared: Compared;
  /** Another draft stands by now. */
  isOld: boolean;
  load: () => Promise<void>;
  onPublished: (published: Published) => void;
}

export function Publish({ subject, compared, isOld, load, onPublished }: PublishProps) {
  const t = useTexts(rulesTexts);
  const tp = useTexts(partsTexts);
  const id = useId();
  const { stored, changes, errors } = compared;
  const [note, setNote] = useState('');
  const [part, setPart] = useState(WHOLE);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<ApiError>();
  const may = useMay()(subject.publishes, subject.isBaseline ? undefined : subject.name);
  const nothing = changes.length === 0;
  const why = !may
    ? tp('mayNot', { role: subject.publishes })
    : isOld
      ? t('draftMoved')
      : errors.length > 0
        ? t('mendFirst')
        : nothing
          ? t('noChanges')
          : undefined;
  // Only what the API has refused, and said why, can be published all the same.
  const isForceable = refused?.code === 'LIBRARY_TOO_OLD';

  async function publish(force: boolean): Promise<void> {
    if (busy || why !== undefined || stored.etag === undefined) return;
    if (force && note.trim() === '') return;
    setBusy(true);
    try {
      const gray = subject.isBaseline ? undefined : grayOf(part);
      const published = await send<Published>(
        'POST',
        `${subject.api}/publish`,
        {
          expectedRevision: stored.revision,
          ...(note.trim() === '' ? {} : { note: note.trim() }),
          ...(force ? { force } : {}),
          ...(gray === undefined ? {} : { gray }),
        },
        { 'if-match': `"${stored.etag}"` },
      );
      setRefused(undefined);
      setNote('');
      setPart(WHOLE);
      void refreshed('/v1/services');
      void refreshed(subject.api);
      onPublished(published);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setRefused(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      class="card publish"
      aria-label={t('publish')}
      onSubmit={(event) => {
        event.preventDefault();
        void publish(false);
      }}
    >
      <h2>{t('publish')}</h2>
      <div class="field">
        <label for={`${id}-note`}>{t('note')}</label>
        <textarea
          id={`${id}-note`}
          rows={2}
          maxLength={1000}
          value={note}
          aria-describedby={`${id}-hint`}
          onInput={({ currentTarget }) => setNote(currentTarget.value)}
        />
        <span id={`${id}-hint`} class="quiet">
          {t(isForceable ? 'noteForced' : 'noteHint')}
        </span>
      </div>
      {subject.isBaseline || stored.revision === 0 ? null : <GrayForm part={part} onPart={setPart} />}
      {refused ? (
        <Refused error={refused}>
          {refused.code === 'GRAY_UNDER_WAY' ? <Link to={placeOf(subject, 'rollout')}>{t('watchRollout')}</Link> : null}
          {refused.code === 'DRAFT_CHANGED' || refused.code === 'PUBLISHED_MEANWHILE' ? (
            <button type="button" onClick={() => void load().then(() => setRefused(undefined))}>
              {t('showNewest')}
            </button>
          ) : null}
          {isForceable ? (
            <button
              type="button"
              class="danger"
              disabled={busy || why !== undefined || note.trim() === ''}
              title={note.trim() === '' ? t('noteForced') : why}
              onClick={() => void publish(true)}
            >
              {t('publishForced')}
            </button>
          ) : null}
        </Refused>
      ) : null}
      <div class="row">
        <button type="submit" class="main" disabled={busy || why !== undefined} title={why}>
          {t(part.way === 'all' ? 'publishAll' : 'publishPart')}
        </button>
        {why === undefined ? null : <span class="quiet">{why}</span>}
      </div>
    </form>
  );
}
