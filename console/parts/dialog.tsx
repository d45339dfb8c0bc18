// A dialog of the browser's own, which keeps the focus and gives it back; and one that asks for a reason.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useTexts } from '../text/language.ts';
import { partsTexts } from './texts.ts';

interface DialogProps {
  title: string;
  onClose: () => void;
  wide?: boolean;
  children: ComponentChildren;
}

/** Open for as long as it is rendered. */
export function Dialog({ title, onClose, wide = false, children }: DialogProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? 'wide' : ''}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="stack">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

interface ReasonDialogProps {
  title: string;
  /** What will happen, above the reason. */
  children?: ComponentChildren;
  /** On the button that does it. */
  act: string;
  danger?: boolean;
  busy?: boolean;
  onClose: () => void;
  onReason: (reason: string) => void;
}

/** Asks why before something is done that stands in the audit log. */
export function ReasonDialog({
  title,
  children,
  act,
  danger = false,
  busy = false,
  onClose,
  onReason,
}: ReasonDialogProps) {
  const t = useTexts(partsTexts);
  const [reason, setReason] = useState('');
  const [asked, setAsked] = useState(false);
  const id = useId();
  const wrong = asked && reason.trim() === '';
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (reason.trim() !== '') onReason(reason.trim());
        }}
      >
        {children}
        <div class="field">
          <label for={id}>{t('reason')}</label>
          <textarea
            id={id}
            rows={2}
            maxLength={500}
            value={reason}
            aria-invalid={wrong}
            aria-describedby={`${id}-hint`}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
          <span id={`${id}-hint`} class={wrong ? 'wrong' : 'quiet'}>
            {t(wrong ? 'reasonMissing' : 'reasonHint')}
          </span>
        </div>
        <div class="row">
          <button type="submit" class={danger ? 'danger' : 'main'} disabled={busy}>
            {act}
          </button>
          <button type="button" onClick={onClose}>
            {t('cancel')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
