// Publishing what is shown above, and nothing else: with its ETag, and only in place of the revision it was compared with.
import { useState } from 'preact/hooks';
import { send } from '../../api/client.ts';
import { refreshed, useLive } from '../../api/live.ts';
import { ApiError, type FieldError } from '../../api/problem.ts';
import { partsTexts } from '../../parts/texts.ts';
import { Link } from '../../router/router.tsx';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import type { Fleet, Published } from './answers.ts';
import type { Compared } from './compared.ts';
import { Decide, type Decided } from './decide.tsx';
import { GrayForm } from './gray-form.tsx';
import { faultsIn, grayOf, saidOf, WHOLE } from './gray-terms.ts';
import { placeOf, type Subject } from './subject.ts';
import { rulesTexts } from './texts.ts';

interface PublishProps {
  subject: Subject;
  compared: Compared;
  /** Why what is shown is not the newest. */
  old: string | undefined;
  load: () => Promise<void>;
  onPublished: (published: Published) => void;
}

export function Publish({ subject, compared, old, load, onPublished }: PublishProps) {
  const t = useTexts(rulesTexts);
  const tp = useTexts(partsTexts);
  const { stored, changes, errors } = compared;
  const [part, setPart] = useState(WHOLE);
  const [asked, setAsked] = useState(false);
  const [said, setSaid] = useState<readonly FieldError[]>([]);
  const isWhole = subject.isBaseline || stored.revision === 0;
  const { data: fleet } = useLive<Fleet>(subject.isBaseline ? undefined : `${subject.api}/fleet`, 10_000);
  const gray = fleet?.published?.gray;
  const may = useMay()(subject.publishes, subject.isBaseline ? undefined : subject.name);
  const why = !may
    ? tp('mayNot', { role: subject.publishes })
    : (old ??
      (errors.length > 0
        ? t('mendFirst')
        : changes.length === 0
          ? t('noChanges')
          : gray && t('grayFirst', { revision: gray.revision })));

  async function publish(decided: Decided): Promise<void> {
    if (stored.etag === undefined) return;
    const terms = isWhole ? undefined : grayOf(part);
    const body = { expectedRevision: stored.revision, ...decided, ...(terms === undefined ? {} : { gray: terms }) };
    let published: Published;
    try {
      published = await send<Published>('POST', `${subject.api}/publish`, body, { 'if-match': `"${stored.etag}"` });
    } catch (error) {
      if (error instanceof ApiError) setSaid(error.errors);
      throw error;
    }
    setPart(WHOLE);
    setAsked(false);
    void refreshed('/v1/services');
    void refreshed(subject.api);
    onPublished(published);
  }

  return (
    <section class="card" aria-label={t('publish')}>
      <h2>{t('publish')}</h2>
      {gray ? (
        <p class="note warn" role="status">
          <span>{t('grayFirst', { revision: gray.revision })}</span>
          <Link to={placeOf(subject, 'rollout')}>{t('view.rollout')}</Link>
        </p>
      ) : null}
      <Decide
        act={t(part.way === 'all' ? 'publishAll' : 'publishPart')}
        why={why}
        isSound={() => {
          setAsked(true);
          return isWhole || Object.keys(faultsIn(part)).length === 0;
        }}
        onDo={publish}
        help={({ code }, clear) =>
          code === 'GRAY_UNDER_WAY' ? (
            <Link to={placeOf(subject, 'rollout')}>{t('view.rollout')}</Link>
          ) : code === 'DRAFT_CHANGED' || code === 'PUBLISHED_MEANWHILE' ? (
            <button type="button" onClick={() => void load().then(clear)}>
              {t('showNewest')}
            </button>
          ) : null
        }
      >
        {isWhole ? null : (
          <GrayForm
            part={part}
            onPart={(changed) => {
              setPart(changed);
              setSaid([]);
            }}
            faults={asked ? faultsIn(part) : {}}
            said={saidOf(said)}
            functions={fleet?.summary?.functions}
          />
        )}
      </Decide>
    </section>
  );
}
