// The editor's view: the text, what is wrong with it, and saving it as the draft.
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { useLive } from '../../api/live.ts';
import { useAct } from '../../parts/feedback.tsx';
import { Failed, Loading } from '../../parts/shown.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { go, useGuard, useParam } from '../../router/router.tsx';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import { useChecked } from './checked.ts';
import { Conflict } from './conflict.tsx';
import type { Draft } from './draft.ts';
import { DraftState } from './draft-state.tsx';
import { Editor, type Target } from './editor/editor.tsx';
import type { Mark } from './editor/lines.tsx';
import { ToldOf } from './editor/told.tsx';
import { Problems } from './problems.tsx';
import { placeOf, type Subject } from './subject.ts';
import { describe } from './text/complete.ts';
import { lineOf, outlineOf } from './text/outline.ts';
import type { Schema } from './text/schema.ts';
import { rulesTexts } from './texts.ts';

const DAY_MS = 86_400_000;
/** The caret rests so long before what it stands on is told. */
const RESTED_MS = 150;

export function Edit({ subject, draft }: { subject: Subject; draft: Draft }) {
  const t = useTexts(rulesTexts);
  const tp = useTexts(partsTexts);
  const { text, stored, isDirty, other } = draft;
  const { data: schema } = useLive<Schema>(`/v1/schema/${subject.isBaseline ? 'baseline' : 'rules'}`, DAY_MS);
  const checked = useChecked(subject, text);
  const [target, setTarget] = useState<Target>();
  const [caret, setCaret] = useState(0);
  const [reviewing, setReviewing] = useState(false);
  const [busy, run] = useAct();
  const may = useMay()('editor', subject.isBaseline ? undefined : subject.name);
  useGuard(isDirty, t('leaveUnsaved'));

  // Whoever comes for one rule, e.g. from a job, is led to it.
  const [at] = useParam('at');
  useEffect(() => {
    if (stored && at !== '') setTarget({ line: lineOf(outlineOf(text), at) });
  }, [stored === undefined, at]);

  useEffect(() => {
    if (reviewing && !isDirty) go(placeOf(subject, 'diff'));
    setReviewing(false);
  }, [reviewing]);

  const marks = useMemo(() => {
    const found = new Map<number, Mark>();
    for (const { line, kind } of checked?.faults ?? []) if (found.get(line) !== 'bad') found.set(line, kind);
    return found;
  }, [checked]);

  const save = useCallback(
    (thenReview: boolean) =>
      void run(async () => {
        if (await draft.save()) setReviewing(thenReview);
      }),
    [draft, run],
  );

  if (!stored) return draft.error ? <Failed error={draft.error} onRetry={() => void draft.load()} /> : <Loading />;
  const mayNot = may ? undefined : tp('mayNot', { role: 'editor' });
  const hasErrors = checked?.text === text && checked.faults.some(({ kind }) => kind === 'bad');
  const isNew = stored.etag === undefined;
  return (
    <div class="edit">
      <div class="stack">
        <div class="row">
          <DraftState draft={draft} />
          <span class="row actions">
            {isDirty ? (
              <button type="button" onClick={() => (confirm(t('discardSure')) ? draft.revert() : undefined)}>
                {t('discard')}
              </button>
            ) : null}
            <button
              type="button"
              disabled={busy || !may || hasErrors || (!isDirty && !isNew)}
              title={mayNot ?? (hasErrors ? t('mendFirst') : 'Ctrl+S')}
              onClick={() => save(false)}
            >
              {t('save')}
            </button>
            <button
              type="button"
              class="main"
              disabled={busy || ((isDirty || isNew) && (!may || hasErrors))}
              title={isDirty || isNew ? (mayNot ?? (hasErrors ? t('mendFirst') : undefined)) : undefined}
              onClick={() => (isDirty || isNew ? save(true) : go(placeOf(subject, 'diff')))}
            >
              {t(isDirty || isNew ? 'saveAndReview' : 'review')}
            </button>
          </span>
        </div>
        {other ? <Conflict subject={subject} draft={draft} other={other} /> : null}
        {draft.published === undefined ? null : (
          <p class="note warn" role="status" data-published-meanwhile>
            {t('publishedMeanwhile', { revision: draft.published })} {t('stillHere')}
          </p>
        )}
        {draft.isRestored && !other ? (
          <p class="note" role="status">
            {t('restored')}
          </p>
        ) : null}
        <Editor
          label={t('editorOf', { name: subject.name })}
          {...{ text, schema, marks, target }}
          service={subject.name}
          isReadOnly={!may}
          onText={draft.type}
          onCaret={setCaret}
          onSave={() => (isDirty && may && !hasErrors ? save(false) : undefined)}
        />
        <AtCaret text={text} caret={caret} schema={schema} />
      </div>
      <Problems checked={checked} text={text} onGo={(line) => setTarget({ line })} />
    </div>
  );
}

function AtCaret({ text, caret, schema }: { text: string; caret: number; schema: Schema | undefined }) {
  const [found, setFound] = useState<ReturnType<typeof describe>>();
  useEffect(() => {
    const timer = setTimeout(() => setFound(schema && describe(text, caret, schema)), RESTED_MS);
    return () => clearTimeout(timer);
  }, [text, caret, schema]);
  return <div class="at-caret">{found ? <ToldOf {...found} /> : null}</div>;
}
