// The fields of a check: what it is called, when it is expected, and what its pings' bodies say.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { useLive } from '../../api/live.ts';
import { Field, type Control } from '../../parts/field.tsx';
import { useTexts } from '../../text/language.ts';
import { slugOf, UNITS, type Draft, type Unit, type Wrong } from './check-draft.ts';
import { viewersZone } from './moments.tsx';
import { SchedulePreview } from './preview.tsx';
import { jobsTexts } from './texts.ts';

interface PartProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  wrong: Wrong | undefined;
}

interface FieldProps {
  label: string;
  /** The API's names of it: what it says of one of them is shown here. */
  of: readonly string[];
  wrong: Wrong | undefined;
  hint?: string | undefined;
  required?: boolean;
  children: (control: Control) => ComponentChildren;
}

/** A field that knows by which names the API calls it. */
function FieldOf({ of, wrong, ...field }: FieldProps) {
  const isWrong = wrong?.fields.some((one) => of.includes(one));
  return <Field {...field} wrong={isWrong ? wrong?.message : undefined} />;
}

type NamesProps = PartProps & { service: string; isNew: boolean; setService: (service: string) => void };

export function Names({ draft, change, wrong, service, isNew, setService }: NamesProps) {
  const t = useTexts(jobsTexts);
  const list = useId();
  const known = useLive<{ readonly services: readonly { readonly service: string }[] }>(
    isNew ? '/v1/services?limit=200' : undefined,
    60_000,
  );
  return (
    <fieldset class="fields">
      <legend class="unseen">{t('names')}</legend>
      <FieldOf
        label={t('service')}
        of={['service']}
        wrong={wrong}
        hint={isNew ? t('serviceHint') : undefined}
        required={isNew}
      >
        {(of) => (
          <input
            {...of}
            list={list}
            readOnly={!isNew}
            spellcheck={false}
            value={service}
            onInput={({ currentTarget }) => setService(currentTarget.value)}
          />
        )}
      </FieldOf>
      <datalist id={list}>
        {known.data?.services.map((one) => (
          <option key={one.service} value={one.service} />
        ))}
      </datalist>
      <FieldOf label={t('name')} of={['name']} wrong={wrong} required>
        {(of) => (
          <input
            {...of}
            maxLength={100}
            value={draft.name}
            onInput={({ currentTarget: { value } }) => {
              const follows = isNew && draft.slug === slugOf(draft.name);
              change(follows ? { name: value, slug: slugOf(value) } : { name: value });
            }}
          />
        )}
      </FieldOf>
      <FieldOf label={t('slug')} of={['slug']} wrong={wrong} hint={t('slugHint')}>
        {(of) => (
          <input
            {...of}
            spellcheck={false}
            maxLength={100}
            value={draft.slug}
            onInput={({ currentTarget }) => change({ slug: currentTarget.value })}
          />
        )}
      </FieldOf>
      <FieldOf label={t('tags')} of={['tags']} wrong={wrong} hint={t('tagsHint')}>
        {(of) => (
          <input {...of} value={draft.tags} onInput={({ currentTarget }) => change({ tags: currentTarget.value })} />
        )}
      </FieldOf>
      <FieldOf label={t('desc')} of={['desc']} wrong={wrong}>
        {(of) => (
          <textarea
            {...of}
            rows={2}
            value={draft.desc}
            onInput={({ currentTarget }) => change({ desc: currentTarget.value })}
          />
        )}
      </FieldOf>
    </fieldset>
  );
}

export function Times({ draft, change, wrong }: PartProps) {
  const t = useTexts(jobsTexts);
  const zones = useId();
  const radio = useId();
  return (
    <fieldset class="fields">
      <legend>{t('expectedWhen')}</legend>
      <div class="row">
        {(['period', 'schedule'] as const).map((by) => (
          <label key={by} class="choice">
            <input type="radio" name={radio} checked={draft.by === by} onChange={() => change({ by })} />
            {t(`by.${by}`)}
          </label>
        ))}
      </div>
      {draft.by === 'period' ? (
        <Span
          {...{ label: t('period'), of: ['timeout'], wrong, count: draft.period, unit: draft.periodUnit }}
          onCount={(period) => change({ period })}
          onUnit={(periodUnit) => change({ periodUnit })}
        />
      ) : (
        <>
          <FieldOf label={t('schedule')} of={['schedule']} wrong={wrong} hint={t('scheduleHint')} required>
            {(of) => (
              <textarea
                {...of}
                class="mono"
                rows={draft.schedule.includes('\n') ? 3 : 1}
                spellcheck={false}
                value={draft.schedule}
                onInput={({ currentTarget }) => change({ schedule: currentTarget.value })}
              />
            )}
          </FieldOf>
          <FieldOf label={t('timezone')} of={['tz']} wrong={wrong} hint={t('timezoneHint', { zone: viewersZone() })}>
            {(of) => (
              <input
                {...of}
                list={zones}
                spellcheck={false}
                value={draft.tz}
                onInput={({ currentTarget }) => change({ tz: currentTarget.value })}
              />
            )}
          </FieldOf>
          <datalist id={zones}>
            {['UTC', ...Intl.supportedValuesOf('timeZone')].map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
          <SchedulePreview schedule={draft.schedule} timezone={draft.tz} />
        </>
      )}
      <Span
        {...{
          label: t('grace'),
          of: ['grace'],
          wrong,
          count: draft.grace,
          unit: draft.graceUnit,
          hint: t('graceHint'),
        }}
        onCount={(grace) => change({ grace })}
        onUnit={(graceUnit) => change({ graceUnit })}
      />
    </fieldset>
  );
}

interface SpanProps {
  label: string;
  of: readonly string[];
  wrong: Wrong | undefined;
  hint?: string;
  count: string;
  unit: Unit;
  onCount: (count: string) => void;
  onUnit: (unit: Unit) => void;
}

function Span({ label, of, wrong, hint, count, unit, onCount, onUnit }: SpanProps) {
  const t = useTexts(jobsTexts);
  return (
    <FieldOf label={label} of={of} wrong={wrong} hint={hint} required>
      {(props) => (
        <span class="span">
          <input
            {...props}
            type="number"
            min={1}
            step="any"
            value={count}
            onInput={({ currentTarget }) => onCount(currentTarget.value)}
          />
          <select
            aria-label={t('unitOf', { label })}
            value={unit}
            onChange={({ currentTarget }) => {
              const chosen = (Object.keys(UNITS) as Unit[]).find((one) => one === currentTarget.value);
              onUnit(chosen ?? 'minutes');
            }}
          >
            {(Object.keys(UNITS) as Unit[]).map((one) => (
              <option key={one} value={one}>
                {t(`unit.${one}`)}
              </option>
            ))}
          </select>
        </span>
      )}
    </FieldOf>
  );
}

const WORDS = [
  ['startWords', 'start_kw'],
  ['successWords', 'success_kw'],
  ['failureWords', 'failure_kw'],
] as const;

export function Body({ draft, change, wrong }: PartProps) {
  const t = useTexts(jobsTexts);
  const flag = (name: 'postAlone' | 'manualResume' | 'searchesBody' | 'failsOtherwise') => (
    <label class="choice">
      <input
        type="checkbox"
        checked={draft[name]}
        onChange={({ currentTarget }) => change({ [name]: currentTarget.checked })}
      />
      {t(name)}
    </label>
  );
  return (
    <fieldset class="fields">
      <legend>{t('pings')}</legend>
      {flag('manualResume')}
      {flag('postAlone')}
      {flag('searchesBody')}
      {draft.searchesBody ? (
        <>
          {WORDS.map(([name, field]) => (
            <FieldOf key={name} label={t(name)} of={[field]} wrong={wrong} hint={t('wordsHint')}>
              {(of) => (
                <input
                  {...of}
                  maxLength={200}
                  value={draft[name]}
                  onInput={({ currentTarget }) => change({ [name]: currentTarget.value })}
                />
              )}
            </FieldOf>
          ))}
          {flag('failsOtherwise')}
        </>
      ) : null}
    </fieldset>
  );
}
