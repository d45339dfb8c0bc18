// Deciding something that instances will follow: why, what the API says against it, and doing it all the same.
import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { ApiError } from '../../api/problem.ts';
import { partsTexts } from '../../parts/texts.ts';
import { useTexts } from '../../text/language.ts';
import { Refused } from './refused.tsx';
import { rulesTexts } from './texts.ts';

export interface Decided {
  readonly note?: string;
  readonly force?: true;
}

interface DecideProps {
  /** On the button. */
  act: string;
  /** Why it cannot be done now. */
  why: string | undefined;
  needsNote?: boolean;
  onDo: (decided: Decided) => Promise<unknown>;
  /** What can be done about a refusal. */
  help?: (error: ApiError, clear: () => void) => ComponentChildren;
  children?: ComponentChildren;
}

export function Decide({ act, why, needsNote = false, onDo, help, children }: DecideProps) {
  const t = useTexts(rulesTexts);
  const tp = useTexts(partsTexts);
  const id = useId();
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<ApiError>();
  // Only what the API has refused, and said why, can be done all the same.
  const isForceable = refused?.code === 'LIBRARY_TOO_OLD';
  const isMissing = note.trim() === '';

  async function decide(force: boolean): Promise<void> {
    if (busy || why !== undefined || (isMissing && (needsNote || force))) return;
    setBusy(true);
    try {
      await onDo({ ...(isMissing ? {} : { note: note.trim() }), ...(force ? { force } : {}) });
      setRefused(undefined);
      setNote('');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setRefused(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void decide(false);
      }}
    >
      <div class="field">
        <label for={id}>{t('note')}</label>
        <textarea
          id={id}
          rows={2}
          maxLength={1000}
          required={needsNote || isForceable}
          aria-describedby={`${id}-hint`}
          value={note}
          onInput={({ currentTarget }) => setNote(currentTarget.value)}
        />
        <span id={`${id}-hint`} class="quiet">
          {tp('reasonHint')}
        </span>
      </div>
      {children}
      {refused ? (
        <Refused error={refused}>
          {help?.(refused, () => setRefused(undefined))}
          {isForceable ? (
            <button
              type="button"
              class="danger"
              disabled={busy || isMissing || why !== undefined}
              title={isMissing ? tp('reasonMissing') : why}
              onClick={() => void decide(true)}
            >
              {t('publishForced')}
            </button>
          ) : null}
        </Refused>
      ) : null}
      <div class="row">
        <button type="submit" class="main" disabled={busy || why !== undefined} title={why}>
          {act}
        </button>
        {why === undefined ? null : <span class="quiet">{why}</span>}
      </div>
    </form>
  );
}
