// Deciding something that instances will follow: why, what the API says against it, and doing it all the same.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError } from '../../api/problem.ts';
import { WordsField } from '../../parts/field.tsx';
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
  /** Whether what stands in the form beside the note can be sent; it says itself what cannot. */
  isSound?: () => boolean;
  onDo: (decided: Decided) => Promise<unknown>;
  /** What can be done about a refusal. */
  help?: (error: ApiError, clear: () => void) => ComponentChildren;
  children?: ComponentChildren;
}

export function Decide({ act, why, needsNote = false, isSound, onDo, help, children }: DecideProps) {
  const t = useTexts(rulesTexts);
  const tp = useTexts(partsTexts);
  const [note, setNote] = useState('');
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<ApiError>();
  // Only what the API has refused, and said why, can be done all the same.
  const isForceable = refused?.code === 'LIBRARY_TOO_OLD';
  const isMissing = note.trim() === '';

  async function decide(force: boolean): Promise<void> {
    if (busy || why !== undefined) return;
    const lacksNote = isMissing && (needsNote || force);
    setAsked(lacksNote);
    if (isSound?.() === false || lacksNote) return;
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
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void decide(false);
      }}
    >
      <WordsField
        label={t('note')}
        required={needsNote || isForceable}
        hint={tp('reasonHint')}
        wrong={asked && isMissing ? tp('reasonMissing') : undefined}
        value={note}
        onValue={setNote}
        maxLength={1000}
      />
      {children}
      {refused ? (
        <Refused error={refused}>
          {help?.(refused, () => setRefused(undefined))}
          {isForceable ? (
            <button
              type="button"
              class="danger"
              disabled={busy || why !== undefined}
              title={why}
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
