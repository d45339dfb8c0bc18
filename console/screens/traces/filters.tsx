// What traces are searched by; each filter is in the address.
import { useEffect, useId, useState } from 'preact/hooks';
import { useAll } from '../../api/all.ts';
import { go, useParam } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import { isOutcome, OUTCOMES } from './outcome.ts';
import { outcomeWord, traceTexts } from './texts.ts';

const FILTERS = ['service', 'resource', 'outcome', 'rule', 'minDuration', 'from', 'to'] as const;
type Filter = (typeof FILTERS)[number];

/** The filters as the API takes them. What is no outcome is not searched for. */
export function useFilters(): Readonly<Record<Filter, string>> {
  const outcome = useParam('outcome')[0];
  return {
    service: useParam('service')[0],
    resource: useParam('resource')[0],
    outcome: isOutcome(outcome) ? outcome : '',
    rule: useParam('rule')[0],
    minDuration: useParam('minDuration')[0],
    from: useParam('from')[0],
    to: useParam('to')[0],
  };
}

export function Filters() {
  const t = useTexts(traceTexts);
  const filters = useFilters();
  const services = useAll<{ readonly service: string }>('/v1/services?limit=200', 'services').data?.rows ?? [];
  const list = useId();
  const [asked] = useParam('outcome');
  const any = asked !== '' || FILTERS.some((name) => filters[name] !== '');
  return (
    <form class="filters" role="search" aria-label={t('search')} onSubmit={(event) => event.preventDefault()}>
      <Words name="service" list={list} />
      <datalist id={list}>
        {services.map(({ service }) => (
          <option key={service} value={service} />
        ))}
      </datalist>
      <Words name="resource" />
      <OutcomeChoice />
      <Words name="rule" hint={t('ruleHint')} />
      <Words name="minDuration" hint={t('minDurationHint')} short />
      <Moment name="from" />
      <Moment name="to" />
      {any ? (
        <button type="button" onClick={() => go('/traces')}>
          {t('clear')}
        </button>
      ) : null}
    </form>
  );
}

function Words({ name, hint, list, short }: { name: Filter; hint?: string; list?: string; short?: boolean }) {
  const t = useTexts(traceTexts);
  const id = useId();
  const [value, set] = useParam(name);
  // What is being typed outlasts what is live beside it; the address has it once it is done.
  const [typed, type] = useState(value);
  useEffect(() => type(value), [value]);
  return (
    <div class={`field ${short ? 'short' : ''}`}>
      <label for={id}>{t(name)}</label>
      <input
        id={id}
        type="text"
        autocomplete="off"
        spellcheck={false}
        value={typed}
        {...(hint === undefined ? {} : { placeholder: hint })}
        {...(list === undefined ? {} : { list })}
        onInput={({ currentTarget }) => type(currentTarget.value)}
        onChange={({ currentTarget }) => set(currentTarget.value.trim())}
      />
    </div>
  );
}

function OutcomeChoice() {
  const t = useTexts(traceTexts);
  const id = useId();
  const [asked, set] = useParam('outcome');
  const known: readonly string[] = OUTCOMES;
  const value = isOutcome(asked) ? asked : '';
  return (
    <div class="field short">
      <label for={id}>{t('outcome')}</label>
      <select id={id} value={value} onChange={({ currentTarget }) => set(currentTarget.value)}>
        <option value="">{t('anyOutcome')}</option>
        {(value === '' || known.includes(value) ? known : [value, ...known]).map((one) => (
          <option key={one} value={one}>
            {outcomeWord(t, one)}
          </option>
        ))}
      </select>
      {value === asked ? null : (
        <small class="wrong" role="status">
          {t('noOutcome', { text: asked })}
        </small>
      )}
    </div>
  );
}

/** A moment in the viewer's zone; the address and the API have it in UTC. */
function Moment({ name }: { name: 'from' | 'to' }) {
  const t = useTexts(traceTexts);
  const id = useId();
  const [value, set] = useParam(name);
  const ms = Date.parse(value);
  const local = Number.isFinite(ms) ? new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString() : '';
  return (
    <div class="field">
      <label for={id}>{t(name)}</label>
      <input
        id={id}
        type="datetime-local"
        value={local.slice(0, 16)}
        onChange={({ currentTarget }) => {
          const chosen = Date.parse(currentTarget.value);
          set(Number.isFinite(chosen) ? new Date(chosen).toISOString() : '');
        }}
      />
    </div>
  );
}
