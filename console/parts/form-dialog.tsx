// A dialog that is a form: what it asks, the button that does it, and the one that does not.
import type { ComponentChildren } from 'preact';
import { useTexts } from '../text/language.ts';
import { Dialog } from './dialog.tsx';
import { partsTexts } from './texts.ts';

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
