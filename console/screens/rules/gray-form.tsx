// To whom a publication is given: everybody, a part of the fleet first, or parts that grow step by step.
import { useId } from 'preact/hooks';
import { useTexts } from '../../text/language.ts';
import { KEYS, type Part } from './gray-terms.ts';
import { rulesTexts } from './texts.ts';

const WAYS = ['all', 'part', 'steps'] as const;

export function GrayForm({ part, onPart }: { part: Part; onPart: (part: Part) => void }) {
  const t = useTexts(rulesTexts);
  const id = useId();
  const set = (changed: Partial<Part>) => onPart({ ...part, ...changed });
  const key = KEYS.find((one) => (one.endsWith(':') ? part.by.startsWith(one) : part.by === one)) ?? 'instance';
  return (
    <fieldset class="gray-form">
      <legend>{t('toWhom')}</legend>
      {WAYS.map((way) => (
        <label key={way}>
          <input type="radio" name={`${id}-way`} checked={part.way === way} onChange={() => set({ way })} />{' '}
          {t(`way.${way}`)}
        </label>
      ))}
      {part.way === 'all' ? null : (
        <>
          <div class="row fields">
            {part.way === 'part' ? (
              <Text label={t('share')} value={part.share} onText={(share) => set({ share })} />
            ) : (
              <Text label={t('steps')} value={part.steps} onText={(steps) => set({ steps })} />
            )}
            <div class="field">
              <label for={`${id}-by`}>{t('by')}</label>
              <select id={`${id}-by`} value={key} onChange={({ currentTarget }) => set({ by: currentTarget.value })}>
                {KEYS.map((one) => (
                  <option key={one} value={one}>
                    {one === 'instance' ? t('byInstance') : one}
                  </option>
                ))}
              </select>
            </div>
            {key.endsWith(':') ? (
              <Text label={t('name')} value={part.by.slice(key.length)} onText={(name) => set({ by: key + name })} />
            ) : null}
          </div>
          <div class="field">
            <span class="label">{t('abortWhen')}</span>
            <div class="row fields">
              <Text label={t('failures')} value={part.errors} onText={(errors) => set({ errors })} />
              <Text label={t('refused')} value={part.refusals} onText={(refusals) => set({ refusals })} />
              <Text label="p99" value={part.p99} onText={(p99) => set({ p99 })} />
              <Text label={t('sample')} value={part.minimumSample} onText={(minimumSample) => set({ minimumSample })} />
            </div>
          </div>
        </>
      )}
    </fieldset>
  );
}

function Text({ label, value, onText }: { label: string; value: string; onText: (text: string) => void }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        size={Math.max(8, value.length)}
        autocomplete="off"
        value={value}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
      />
    </div>
  );
}
