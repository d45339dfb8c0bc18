// Says what has happened: shown for a while, and read out by screen readers.
import { useEffect, useState } from 'preact/hooks';
import { sentenceOf } from '../api/problem-texts.ts';
import { ApiError } from '../api/problem.ts';
import { useTexts } from '../text/language.ts';
import { partsTexts } from './texts.ts';

interface Said {
  readonly id: number;
  readonly kind: 'ok' | 'bad' | 'why';
  readonly text: string;
  /** The API's own words. */
  readonly detail?: string;
}

const SHOWN_MS = 6_000;
let last = 0;
let said: readonly Said[] = [];
const listeners = new Set<(said: readonly Said[]) => void>();

function set(next: readonly Said[]): void {
  said = next;
  for (const listener of [...listeners]) listener(said);
}

const forget = (id: number) => set(said.filter((one) => one.id !== id));

function tellForAWhile(kind: 'ok' | 'why', text: string): void {
  const id = (last += 1);
  set([...said.filter((one) => one.kind !== 'why'), { id, kind, text }]);
  setTimeout(() => forget(id), SHOWN_MS);
}

/** Something was done. */
export const tellDone = (text: string): void => tellForAWhile('ok', text);

/** A button that cannot be pressed says why in its title, which a touch screen never shows: who presses it is told. */
function tellWhy({ target }: PointerEvent): void {
  if (target instanceof HTMLButtonElement && target.disabled && target.title !== '') tellForAWhile('why', target.title);
}

/** Something was not done; stays until it is closed. */
export function tellFailed(error: unknown): void {
  if (!(error instanceof Error)) throw error;
  const { message } = error;
  const id = (last += 1);
  if (!(error instanceof ApiError)) return set([...said, { id, kind: 'bad', text: message }]);
  const text = sentenceOf(error);
  const faults = error.errors.map(({ path, reason }) => (path === '' ? reason : `${path}: ${reason}`));
  set([...said, { id, kind: 'bad', text, detail: [...(message === text ? [] : [message]), ...faults].join(' ') }]);
}

export function Toasts() {
  const [shown, setShown] = useState(said);
  const t = useTexts(partsTexts);
  useEffect(() => {
    listeners.add(setShown);
    document.addEventListener('pointerup', tellWhy);
    return () => {
      listeners.delete(setShown);
      document.removeEventListener('pointerup', tellWhy);
    };
  }, []);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.map(({ id, kind, text, detail = '' }) => (
        <div key={id} class={`note ${kind}`}>
          <span>
            {text}
            {detail === '' ? null : (
              <>
                {' '}
                <span lang="en">{detail}</span>
              </>
            )}
          </span>
          <button type="button" class="plain" onClick={() => forget(id)}>
            {t('close')}
          </button>
        </div>
      ))}
    </div>
  );
}

/** Runs what changes something once at a time: `[busy, run]`; what fails is told. Resolves with whether it was done. */
export function useAct(): readonly [boolean, (act: () => Promise<unknown>, done?: string) => Promise<boolean>] {
  const [busy, setBusy] = useState(false);
  const run = async (act: () => Promise<unknown>, done?: string): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    try {
      await act();
      if (done !== undefined) tellDone(done);
      return true;
    } catch (error) {
      tellFailed(error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return [busy, run];
}
