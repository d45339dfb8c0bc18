// Two drafts of one document: the one that was typed here, and somebody else's that stands by now. Neither is lost.
import { useEffect, useState } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { ApiError } from '../../api/problem.ts';
import { Ago } from '../../parts/time.tsx';
import { useTexts } from '../../text/language.ts';
import type { Diff } from './answers.ts';
import { Changes } from './changes.tsx';
import type { Draft, Stored } from './draft.ts';
import type { Subject } from './subject.ts';
import { merged } from './text/merge.ts';
import { rulesTexts } from './texts.ts';

/** After the last key. */
const RESTED_MS = 500;

export function Conflict({ subject, draft, other }: { subject: Subject; draft: Draft; other: Stored }) {
  const t = useTexts(rulesTexts);
  const { text, stored, takeOver } = draft;
  const both = stored && merged(stored.source, text, other.source);
  const between = useBetween(subject, other, text);
  return (
    <section class="note warn conflict" role="alert" data-conflict>
      <strong>{other.etag === undefined ? t('draftGone') : t('otherDraft', { author: other.author })}</strong>
      {other.updatedAt === undefined ? null : <Ago at={other.updatedAt} />}
      <p>
        {t('stillHere')} {t(both === undefined ? 'bothOverlap' : 'bothFit')}
      </p>
      <div class="row">
        {both === undefined ? null : (
          <button type="button" class="main" onClick={() => takeOver(both)}>
            {t('mergeBoth')}
          </button>
        )}
        <button type="button" onClick={() => takeOver(text)}>
          {t('keepMine')}
        </button>
        <button type="button" onClick={() => (confirm(t('takeTheirsSure')) ? takeOver() : undefined)}>
          {t('takeTheirs')}
        </button>
      </div>
      {between ? (
        <details open>
          <summary>{t('theirsToMine')}</summary>
          <Changes changes={between} />
        </details>
      ) : null}
      <details>
        <summary>{t('theirText', { author: other.author })}</summary>
        <pre tabIndex={0} aria-label={t('theirText', { author: other.author })}>
          {other.source}
        </pre>
      </details>
    </section>
  );
}

/** From their draft to what was typed, as rules; undefined while that is not known, or what was typed has errors. */
function useBetween({ api, isBaseline }: Subject, { etag }: Stored, text: string): Diff['changes'] | undefined {
  const [changes, setChanges] = useState<Diff['changes']>();
  useEffect(() => {
    // Of a baseline only stored versions are compared.
    if (isBaseline || etag === undefined) return;
    const leaving = new AbortController();
    const compare = () =>
      ask<Diff>(`${api}/diff?from=draft`, {
        method: 'POST',
        body: text,
        headers: { 'content-type': 'application/yaml' },
        signal: leaving.signal,
      }).then(
        ({ body }) => setChanges(body?.changes),
        (error: unknown) => {
          if (!(error instanceof ApiError) && !leaving.signal.aborted) throw error;
        },
      );
    const timer = setTimeout(() => void compare(), RESTED_MS);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [api, isBaseline, etag, text]);
  return changes;
}
