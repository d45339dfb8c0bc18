// To whom a publication is given: everybody, a part of the fleet first, or parts that grow step by step.
import { useId } from 'preact/hooks';
import { useTexts } from '../../text/language.ts';
import { KEYS, type Part } from './gray-terms.ts';
import { rulesTexts } from './texts.ts';

const WAYS = ['all', 'part', 'steps'] as const;
const TOO_LITTLE = ['extend', 'promote', 'abort'] as const;
const MOST_STEPS = 10;

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
            ) : null}
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
              <Text label={t('keyName')} value={part.by.slice(key.length)} onText={(name) => set({ by: key + name })} />
            ) : null}
          </div>
          {part.way === 'steps' ? <Steps part={part} set={set} /> : null}
          <div class="field">
            <span class="label">{t('abortWhen')}</span>
            <div class="row fields">
              <Text label={t('errors')} value={part.errors} onText={(errors) => set({ errors })} />
              <Text label={t('refusals')} value={part.refusals} onText={(refusals) => set({ refusals })} />
              <Text label={t('p99')} value={part.p99} onText={(p99) => set({ p99 })} />
              <Text label={t('sample')} value={part.minimumSample} onText={(minimumSample) => set({ minimumSample })} />
            </div>
            <span class="quiet">{t('abortWhenHint')}</span>
          </div>
          {part.way === 'steps' ? (
            <div class="field">
              <label for={`${id}-little`}>{t('tooLittle')}</label>
              <select
                id={`${id}-little`}
                value={part.ifTooLittleTraffic}
                onChange={({ currentTarget }) =>
                  set({ ifTooLittleTraffic: TOO_LITTLE.find((one) => one === currentTarget.value) ?? 'extend' })
                }
              >
                {TOO_LITTLE.map((one) => (
                  <option key={one} value={one}>
                    {t(`tooLittle.${one}`)}
                  </option>
                ))}
              </select>
            </div>
          ) : null}
        </>
      )}
    </fieldset>
  );
}

function Steps({ part: { steps }, set }: { part: Part; set: (changed: Partial<Part>) => void }) {
  const t = useTexts(rulesTexts);
  const change = (at: number, changed: Partial<Part['steps'][number]>) =>
    set({ steps: steps.map((step, i) => (i === at ? { ...step, ...changed } : step)) });
  return (
    <ol class="steps">
      {steps.map((step, i) => (
        <li key={i} class="row fields">
          <Text label={t('share')} value={step.share} onText={(share) => change(i, { share })} />
          <Text label={t('bake')} value={step.bake} onText={(bake) => change(i, { bake })} />
          {steps.length === 1 ? null : (
            <button type="button" class="plain" onClick={() => set({ steps: steps.filter((_, at) => at !== i) })}>
              {t('dropStep', { step: i + 1 })}
            </button>
          )}
        </li>
      ))}
      {steps.length < MOST_STEPS ? (
        <li>
          <button type="button" class="plain" onClick={() => set({ steps: [...steps, { share: '', bake: '10m' }] })}>
            {t('addStep')}
          </button>
        </li>
      ) : null}
    </ol>
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
        size={8}
        autocomplete="off"
        value={value}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
      />
    </div>
  );
}
