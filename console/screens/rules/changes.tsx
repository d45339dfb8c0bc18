// What differs between two versions, rule by rule: what it was, and what it becomes.
import { useTexts } from '../../text/language.ts';
import type { FieldChange, RuleChange } from './answers.ts';
import { pathOf } from './text/outline.ts';
import { said } from './text/said.ts';
import { rulesTexts } from './texts.ts';

const SIGNS = { added: '+', removed: '−', changed: '~', renamed: '→' } as const;

export function Changes({ changes }: { changes: readonly RuleChange[] }) {
  const t = useTexts(rulesTexts);
  if (changes.length === 0) return <p class="quiet">{t('noChanges')}</p>;
  return (
    <ol class="changes" data-changes={changes.length}>
      {changes.map((change) => (
        <li key={change.path} class={change.change}>
          <h3>
            <span class="sign" aria-hidden="true">
              {SIGNS[change.change]}
            </span>
            <span class="what">{t(change.change)}</span> <RuleName path={change.path} />
          </h3>
          {change.change === 'changed' ? (
            <Fields of={change.path} fields={change.fields} />
          ) : change.change === 'renamed' ? (
            <p class="quiet">{t('renamedFrom', { name: pathOf(change.from).at(-1) ?? '' })}</p>
          ) : (
            <pre tabIndex={0} aria-label={t(change.change)}>
              {said(change.change === 'added' ? change.after : change.before)}
            </pre>
          )}
        </li>
      ))}
    </ol>
  );
}

const SECTIONS = {
  resources: 'of.resources',
  throttles: 'of.throttles',
  concurrency: 'of.concurrency',
  dependencies: 'of.dependencies',
  jobs: 'of.jobs',
  faults: 'of.faults',
  slos: 'of.slos',
  alerts: 'of.alerts',
  guardrails: 'of.guardrails',
} as const;

const isSection = (name: string): name is keyof typeof SECTIONS => Object.hasOwn(SECTIONS, name);

/** `throttle everyone` of `/throttles/everyone`. */
export function RuleName({ path }: { path: string }) {
  const t = useTexts(rulesTexts);
  const [section = '', name, ...rest] = pathOf(path);
  if (name === undefined || !isSection(section)) return <code>{pathOf(path).join(' › ')}</code>;
  return (
    <>
      {t(SECTIONS[section])} <code>{[name, ...rest].join(' › ')}</code>
    </>
  );
}

function Fields({ of, fields }: { of: string; fields: readonly FieldChange[] }) {
  const t = useTexts(rulesTexts);
  return (
    <dl>
      {fields.map((field) => (
        <div key={field.path}>
          <dt>
            <code>{pathOf(field.path.slice(of.length)).join(' › ') || '·'}</code>
          </dt>
          <dd>
            <Side value={field.before} isThere={'before' in field} label={t('before')} kind="before" />
            <span class="arrow" aria-hidden="true">
              →
            </span>
            <Side value={field.after} isThere={'after' in field} label={t('after')} kind="after" />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Side({ value, isThere, label, kind }: { value: unknown; isThere: boolean; label: string; kind: string }) {
  const t = useTexts(rulesTexts);
  return (
    <span class={kind}>
      <span class="unseen">{label}: </span>
      {isThere ? <code>{said(value)}</code> : <span class="quiet">{t('notSet')}</span>}
    </span>
  );
}
