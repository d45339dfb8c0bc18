// To whom a publication is given: everybody, a part of the fleet first, or parts that grow step by step.
import { useId, useState } from 'preact/hooks';
import { Field } from '../../parts/field.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { useTexts } from '../../text/language.ts';
import {
  areAllLive,
  hasMargins,
  versionsAlone,
  KEYS,
  MATCH,
  METHODS,
  TRIGGERS,
  type Fault,
  type Name,
  type Part,
} from './gray-terms.ts';
import { rulesTexts } from './texts.ts';

const WAYS = ['all', 'part', 'steps'] as const;
const WITHOUT = ['extend', 'promote', 'abort'] as const;
const EXAMPLES = { path: '/orders/*', function: 'orders-*' } as const;
const CHOICES = { trigger: TRIGGERS, method: METHODS } as const;

interface GrayFormProps {
  part: Part;
  onPart: (part: Part) => void;
  /** What is seen to be wrong here. */
  faults: Readonly<Partial<Record<Name, Fault>>>;
  /** What the API says is. */
  said: Readonly<Partial<Record<Name, string>>>;
  /** The live instances of each `name:version`. */
  functions: Readonly<Record<string, number>> | undefined;
}

export function GrayForm({ part, onPart, faults, said, functions }: GrayFormProps) {
  const t = useTexts(rulesTexts);
  const tp = useTexts(partsTexts);
  const id = useId();
  const [isNarrower, setNarrower] = useState(false);
  const isGiven = hasMargins(part);
  const set = (changed: Partial<Part>) => onPart({ ...part, ...changed });
  const wrongAt = (name: Name) => {
    const fault = faults[name];
    return said[name] ?? (fault === undefined ? undefined : fault === 'fillIn' ? tp(fault) : t(fault));
  };
  const text = (name: Name, label: string, hint?: string) => (
    <Field label={label} hint={hint} wrong={wrongAt(name)}>
      {(control) => (
        <input
          {...control}
          type="text"
          size={Math.max(8, part[name].length)}
          autocomplete="off"
          spellcheck={false}
          value={part[name]}
          onInput={({ currentTarget }) => set({ [name]: currentTarget.value })}
        />
      )}
    </Field>
  );
  const choice = (name: Name, label: string, options: readonly (readonly [value: string, text: string])[]) => (
    <Field label={label} wrong={wrongAt(name)}>
      {(control) => (
        <select {...control} value={part[name]} onChange={({ currentTarget }) => set({ [name]: currentTarget.value })}>
          {options.map(([value, shown]) => (
            <option key={value} value={value}>
              {shown}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
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
            {part.way === 'part' ? text('share', t('share')) : text('steps', t('steps'))}
            <By part={part} onPart={onPart} wrong={wrongAt('by')} />
          </div>
          <details
            open={isNarrower || [...MATCH, 'versions' as const].some((name) => wrongAt(name) !== undefined)}
            onToggle={({ currentTarget }) => setNarrower(currentTarget.open)}
          >
            <summary>{t('narrower')}</summary>
            <div class="row fields">
              {text('versions', t('versions'), '7, $LATEST, live')}
              {MATCH.map((name) =>
                name === 'trigger' || name === 'method'
                  ? choice(name, t(`match.${name}`), [
                      ['', t('any')],
                      ...CHOICES[name].map((one) => [one, one] as const),
                    ])
                  : text(name, t(`match.${name}`), name === 'source' ? t('hint.source') : EXAMPLES[name]),
              )}
            </div>
          </details>
          {areAllLive(versionsAlone(part), functions) ? (
            <p class="note warn" role="status">
              {t('everybody')}
            </p>
          ) : null}
          <div class="field">
            <span class="label">{t('abortWhen')}</span>
            <span class="quiet">{isGiven ? null : t(part.way === 'steps' ? 'judgedBy' : 'nobodyJudges')}</span>
            <div class="row fields">
              {text('errors', t('failures'))}
              {text('refusals', t('refused'))}
              {text('p99', 'p99')}
              {isGiven ? text('minimumSample', t('sample'), t('hint.sample')) : null}
              {isGiven || part.way === 'steps'
                ? choice(
                    'ifTooLittleTraffic',
                    t('tooLittle'),
                    WITHOUT.map((one) => [one, t(`tooLittle.${one}`)] as const),
                  )
                : null}
            </div>
          </div>
        </>
      )}
    </fieldset>
  );
}

type ByProps = Pick<GrayFormProps, 'part' | 'onPart'> & { wrong: string | undefined };

/** What the share is a share of: instances, or values of a key, of which some have a name of their own. */
function By({ part, onPart, wrong }: ByProps) {
  const t = useTexts(rulesTexts);
  const set = (by: string) => onPart({ ...part, by });
  const key = KEYS.find((one) => (one.endsWith(':') ? part.by.startsWith(one) : part.by === one)) ?? 'instance';
  const isNamed = key.endsWith(':');
  return (
    <>
      <Field label={t('by')} wrong={isNamed ? undefined : wrong}>
        {(control) => (
          <select {...control} value={key} onChange={({ currentTarget }) => set(currentTarget.value)}>
            {KEYS.map((one) => (
              <option key={one} value={one}>
                {one === 'instance' ? t('byInstance') : one}
              </option>
            ))}
          </select>
        )}
      </Field>
      {isNamed ? (
        <Field label={t('name')} required wrong={wrong}>
          {(control) => (
            <input
              {...control}
              type="text"
              size={12}
              autocomplete="off"
              spellcheck={false}
              value={part.by.slice(key.length)}
              onInput={({ currentTarget }) => set(key + currentTarget.value)}
            />
          )}
        </Field>
      ) : null}
    </>
  );
}
