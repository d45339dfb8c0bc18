// Asks until when something holds: for a time, or up to a moment by the viewer's clock.
import { useId } from 'preact/hooks';
import { useNow } from '../../clock.ts';
import { dateTimeOf, durationOf } from '../../parts/time.tsx';
import { useTexts } from '../../text/language.ts';
import { alertsTexts } from './texts.ts';
import { endOf, msOfLasting, TIMES, type Choice } from './until.ts';

export interface Chosen {
  readonly choice: Choice;
  /** Of a `datetime-local`. */
  readonly moment: string;
}

interface UntilFieldProps {
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
  /** What is wrong is said once somebody has tried. */
  asked: boolean;
  withOver?: boolean;
}

export function UntilField({ chosen, onChoose, asked, withOver = false }: UntilFieldProps) {
  const t = useTexts(alertsTexts);
  const id = useId();
  const at = useNow(10_000);
  const { choice, moment } = chosen;
  const end = endOf(choice, moment, at);
  const choices: readonly Choice[] = [...(withOver ? ['over' as const] : []), ...TIMES, 'moment'];
  const wrong = asked && Number.isNaN(end);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <div class="field">
      <label for={id}>{t('until')}</label>
      <div class="row">
        <select
          id={id}
          value={choice}
          onChange={({ currentTarget }) =>
            onChoose({ ...chosen, choice: choices.find((one) => one === currentTarget.value) ?? choice })
          }
        >
          {choices.map((one) => (
            <option key={one} value={one}>
              {one === 'over' || one === 'moment' ? t(`until.${one}`) : durationOf(msOfLasting(one))}
            </option>
          ))}
        </select>
        {choice === 'moment' ? (
          <input
            type="datetime-local"
            aria-label={t('moment')}
            aria-invalid={wrong}
            aria-describedby={`${id}-hint`}
            value={moment}
            onInput={(event) => onChoose({ choice, moment: event.currentTarget.value })}
          />
        ) : null}
      </div>
      <span id={`${id}-hint`} class={wrong ? 'wrong' : 'quiet'}>
        {wrong
          ? t('momentWrong')
          : choice === 'moment'
            ? t('momentHint', { zone })
            : end === undefined
              ? ''
              : dateTimeOf(end)}
      </span>
    </div>
  );
}
