// A dialog of the browser's own, which keeps the focus and gives it back; one that is a form; and one that asks for a reason.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useTexts } from '../text/language.ts';
import { WordsField } from './field.tsx';
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

interface FormDialogProps {
  title: string;
  /** On the button that does it. */
  act: string;
  danger?: boolean;
  disabled?: boolean;
  onClose: () => void;
  onSubmit: () => void;
  children: ComponentChildren;
}

/** What is wrong with what was filled in is said by its fields, and not by the browser. */
export function FormDialog({ title, act, danger, disabled, onClose, onSubmit, children }: FormDialogProps) {
  const t = useTexts(partsTexts);
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        <div class="row">
          <button type="submit" class={danger ? 'danger' : 'main'} disabled={disabled}>
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
  return (
    <FormDialog
      {...{ title, act, danger, onClose }}
      disabled={busy}
      onSubmit={() => {
        setAsked(true);
        if (reason.trim() !== '') onReason(reason.trim());
      }}
    >
      {children}
      <WordsField
        label={t('reason')}
        required
        hint={t('reasonHint')}
        wrong={asked && reason.trim() === '' ? t('reasonMissing') : undefined}
        value={reason}
        onValue={setReason}
      />
    </FormDialog>
  );
}
