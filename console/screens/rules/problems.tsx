// What is wrong with the text, each with a way to its line.
import { sentenceOf } from '../../api/problem-texts.ts';
import { Shape } from '../../parts/state.tsx';
import { useTexts } from '../../text/language.ts';
import type { Checked } from './checked.ts';
import { rulesTexts } from './texts.ts';
import { ViolationList } from './violations.tsx';

interface ProblemsProps {
  checked: Checked | undefined;
  text: string;
  onGo: (line: number) => void;
}

export function Problems({ checked, text, onGo }: ProblemsProps) {
  const t = useTexts(rulesTexts);
  const faults = checked?.faults ?? [];
  const errors = faults.filter(({ kind }) => kind === 'bad').length;
  const isOld = checked !== undefined && checked.text !== text;
  return (
    <section class="card problems" aria-label={t('problems')}>
      <h2>{t('problems')}</h2>
      <p role="status" class="quiet">
        {checked === undefined || isOld
          ? t('checking')
          : checked.error
            ? t('notChecked', { why: sentenceOf(checked.error) })
            : faults.length === 0
              ? t('noProblems')
              : t('problemCount', { errors, warnings: faults.length - errors })}
      </p>
      {faults.length === 0 ? null : (
        <ol class={isOld ? 'old' : ''}>
          {faults.map(({ kind, path, reason, line }, i) => (
            <li key={i}>
              <button type="button" class={`plain ${kind}`} onClick={() => onGo(line)}>
                <Shape kind={kind} />
                <span>
                  <strong>{t(kind === 'bad' ? 'errorAt' : 'warningAt', { line: line + 1 })}</strong>{' '}
                  {path === '' ? null : <code>{path}</code>} {reason}
                </span>
              </button>
            </li>
          ))}
        </ol>
      )}
      <ViolationList violations={checked?.violations} />
    </section>
  );
}
