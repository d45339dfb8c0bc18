// Publishing what is shown above, and nothing else: with its ETag, and only in place of the revision it was compared with.
import { useState } from 'preact/hooks';
import { send } from '../../api/client.ts';
import { refreshed } from '../../api/live.ts';
import { partsTexts } from '../../parts/texts.ts';
import { Link } from '../../router/router.tsx';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import type { Published } from './answers.ts';
import type { Compared } from './compared.ts';
import { Decide, type Decided } from './decide.tsx';
import { GrayForm } from './gray-form.tsx';
import { grayOf, WHOLE } from './gray-terms.ts';
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
  const { stored, changes, errors } = compared;
  const [part, setPart] = useState(WHOLE);
  const may = useMay()(subject.publishes, subject.isBaseline ? undefined : subject.name);
  const why = !may
    ? tp('mayNot', { role: subject.publishes })
    : isOld
      ? t('draftMoved')
      : errors.length > 0
        ? t('mendFirst')
        : changes.length === 0
          ? t('noChanges')
          : undefined;

  async function publish(decided: Decided): Promise<void> {
    if (stored.etag === undefined) return;
    const gray = subject.isBaseline ? undefined : grayOf(part);
    const body = { expectedRevision: stored.revision, ...decided, ...(gray === undefined ? {} : { gray }) };
    const published = await send<Published>('POST', `${subject.api}/publish`, body, { 'if-match': `"${stored.etag}"` });
    setPart(WHOLE);
    void refreshed('/v1/services');
    void refreshed(subject.api);
    onPublished(published);
  }

  return (
    <section class="card" aria-label={t('publish')}>
      <h2>{t('publish')}</h2>
      <Decide
        act={t(part.way === 'all' ? 'publishAll' : 'publishPart')}
        why={why}
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
        {subject.isBaseline || stored.revision === 0 ? null : <GrayForm part={part} onPart={setPart} />}
      </Decide>
    </section>
  );
}
