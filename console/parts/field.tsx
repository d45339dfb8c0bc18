// A field of a form: its name, a mark where it must be filled in, and beneath it what it is for or what is wrong with it.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { useTexts } from '../text/language.ts';
import { partsTexts } from './texts.ts';

/** What the input, select or textarea is given. */
export interface Control {
  readonly id: string;
  readonly 'aria-invalid': boolean;
  readonly 'aria-required': boolean;
  readonly 'aria-describedby': string;
}

interface FieldProps {
  label: string;
  hint?: string | undefined;
  /** In place of the hint, and read out. */
  wrong?: string | undefined;
  required?: boolean;
  children: (control: Control) => ComponentChildren;
}

/** Its form has `noValidate`: what is wrong is said here, in the page's language, and not by the browser. */
export function Field({ label, hint, wrong, required = false, children }: FieldProps) {
  const t = useTexts(partsTexts);
  const id = useId();
  const isWrong = wrong !== undefined;
  return (
    <div class="field">
      <label for={id}>
        {label}
        {required ? (
          <span class="quiet" aria-hidden="true">
            {' · '}
            {t('required')}
          </span>
        ) : null}
      </label>
      {children({ id, 'aria-invalid': isWrong, 'aria-required': required, 'aria-describedby': `${id}-hint` })}
      <span id={`${id}-hint`} class={isWrong ? 'wrong' : 'quiet'} role={isWrong ? 'alert' : undefined}>
        {wrong ?? hint}
      </span>
    </div>
  );
}

type WordsProps = Omit<FieldProps, 'children'> & {
  value: string;
  onValue: (value: string) => void;
  maxLength?: number;
};

/** A field for a few words, e.g. why. */
export function WordsField({ value, onValue, maxLength = 500, ...field }: WordsProps) {
  return (
    <Field {...field}>
      {(control) => (
        <textarea
          {...control}
          rows={2}
          maxLength={maxLength}
          value={value}
          onInput={({ currentTarget }) => onValue(currentTarget.value)}
        />
      )}
    </Field>
  );
}
