// The review: what publishing the draft would change, whom it concerns, what it would have done; and publishing it.
import { useState } from 'preact/hooks';
import { useLive } from '../../api/live.ts';
import type { FieldError } from '../../api/problem.ts';
import { Empty, Failed, Loading } from '../../parts/shown.tsx';
import { Shape, State } from '../../parts/state.tsx';
import { Ago } from '../../parts/time.tsx';
import { Link } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { Fleet, Published } from './answers.ts';
import { Approving } from './approving.tsx';
import { Blast } from './blast.tsx';
import { Changes } from './changes.tsx';
import { useReview } from './compared.ts';
import { Convergence } from './convergence.tsx';
import { keptOf } from './kept.ts';
import { Publish } from './publish.tsx';
import { placeOf, type Subject } from './subject.ts';
import { rulesTexts } from './texts.ts';
import { ViolationList } from './violations.tsx';

export function Review({ subject }: { subject: Subject }) {
  const t = useTexts(rulesTexts);
  const { compared, error, moved, load } = useReview(subject);
  const [published, setPublished] = useState<Published>();
  if (!compared) return error ? <Failed error={error} onRetry={() => void load()} /> : <Loading />;
  const { stored, changes, warnings, errors, violations, cursor } = compared;
  if (stored.etag === undefined) {
    return (
      <Empty title={t('noDraftYet')}>
        <Link to={placeOf(subject, 'edit')}>{t('toEditor')}</Link>
      </Empty>
    );
  }
  const old =
    moved === undefined
      ? undefined
      : moved === 'draft'
        ? t('draftMoved')
        : t('publishedMeanwhile', { revision: moved });
  return (
    <div class="review">
      <section class="stack" aria-label={t('differences')}>
        <div class="row">
          <h2>{t('differences')}</h2>
          <span class="quiet">
            {t('comparedWith', { revision: stored.revision === 0 ? '–' : stored.revision })} ·{' '}
            {t('draftBy', { author: stored.author })} <Ago at={stored.updatedAt} />
          </span>
        </div>
        {error ? <Failed error={error} onRetry={() => void load()} /> : null}
        {old === undefined ? null : (
          <div class="note warn" role="alert" data-old>
            <span>{old}</span>
            <button type="button" onClick={() => void load()}>
              {t('showNewest')}
            </button>
          </div>
        )}
        {keptOf(subject.name) ? (
          <div class="note warn" role="status">
            <span>{t('keptUnsaved')}</span>
            <Link to={placeOf(subject, 'edit')}>{t('toEditor')}</Link>
          </div>
        ) : null}
        {changes.length === 0 ? (
          <div>
            <State kind="ok">{t('inForce', { revision: stored.revision })}</State>
          </div>
        ) : (
          <Changes changes={changes} />
        )}
        <Faults title={t('errorsNow')} kind="bad" faults={errors} />
        <Faults title={t('warnings')} kind="warn" faults={warnings} />
        <ViolationList violations={violations} cursor={cursor} />
        {subject.isBaseline || changes.length === 0 ? null : <Blast subject={subject} compared={compared} />}
      </section>
      <div class="stack">
        {published ? <PublishedNote subject={subject} published={published} /> : null}
        {published && changes.length === 0 ? null : (
          <Publish
            {...{ subject, compared, old, load }}
            onPublished={(done) => {
              setPublished(done);
              void load();
            }}
          />
        )}
        <Approving subject={subject} etag={stored.etag} author={stored.author} />
      </div>
    </div>
  );
}

function PublishedNote({ subject, published }: { subject: Subject; published: Published }) {
  const t = useTexts(rulesTexts);
  const { revision, gray, warnings = [] } = published;
  const { data: fleet } = useLive<Fleet>(subject.isBaseline ? undefined : `${subject.api}/fleet?limit=1`);
  return (
    <section class="card" data-published={revision}>
      <div class="note ok" role="status">
        <strong>{t(gray ? 'grayState' : 'inForce', { revision })}</strong>
        {subject.isBaseline ? null : <Link to={placeOf(subject, 'rollout')}>{t('view.rollout')}</Link>}
      </div>
      {fleet ? <Convergence fleet={fleet} /> : null}
      <Faults title={t('warnings')} kind="warn" faults={warnings} />
    </section>
  );
}

interface FaultsProps {
  title: string;
  kind: 'bad' | 'warn';
  faults: readonly FieldError[];
}

export function Faults({ title, kind, faults }: FaultsProps) {
  if (faults.length === 0) return null;
  return (
    <div class={`faults ${kind}`}>
      <h3>
        <Shape kind={kind} /> {title}
      </h3>
      <ul class="plainly">
        {faults.map(({ path, reason }) => (
          <li key={`${path} ${reason}`}>
            {path === '' ? null : <code>{path}</code>} {reason}
          </li>
        ))}
      </ul>
    </div>
  );
}
