// Whose draft it is, since when, and how it stands to what is in force.
import { State } from '../../parts/state.tsx';
import { Ago } from '../../parts/time.tsx';
import { useTexts } from '../../text/language.ts';
import type { Draft } from './draft.ts';
import { rulesTexts } from './texts.ts';

export function DraftState({ draft: { stored, isDirty } }: { draft: Draft }) {
  const t = useTexts(rulesTexts);
  if (!stored) return null;
  const { etag, author, updatedAt, inForce, revision } = stored;
  return (
    <div class="row" data-draft={isDirty ? 'unsaved' : inForce ? 'in-force' : etag === undefined ? 'none' : 'waiting'}>
      {isDirty ? <State kind="warn">{t('unsaved')}</State> : null}
      {etag === undefined ? (
        <State kind="off">{t('noDraft')}</State>
      ) : inForce ? (
        <State kind="ok">{t('inForce', { revision })}</State>
      ) : (
        <State kind="held">{t('waiting')}</State>
      )}
      {etag === undefined ? null : (
        <span class="quiet">
          {t('draftBy', { author })} <Ago at={updatedAt} />
        </span>
      )}
    </div>
  );
}
