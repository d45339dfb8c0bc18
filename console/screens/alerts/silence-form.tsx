// Makes a silence: what it is to fit, until when and why; says what of the open alerts it fits while it is being written.
import { useId, useState } from 'preact/hooks';
import type { Field, Match, Silence } from '../../api/alerts.ts';
import { send } from '../../api/client.ts';
import { refreshed } from '../../api/live.ts';
import { useOpenAlerts } from '../../attention.ts';
import { now } from '../../clock.ts';
import { ALERT_KINDS, alertTexts } from '../../parts/alert-texts.ts';
import { tellDone, useAct } from '../../parts/feedback.tsx';
import { WordsField } from '../../parts/field.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { go, useGuard, usePlace } from '../../router/router.tsx';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import { SEVERITIES } from './filters.tsx';
import { fits, matchOf, wordsOf } from '../../parts/matching.ts';
import { alertsTexts } from './texts.ts';
import { UntilField, type Chosen } from './until-field.tsx';
import { endOf } from './until.ts';

type Given = Readonly<Record<Field, string>>;

const WORDS = ['service', 'owner', 'name', 'tag'] as const;
const MOST_SHOWN = 5;

export function SilenceForm() {
  const t = useTexts(alertsTexts);
  const tParts = useTexts(partsTexts);
  const words = useTexts(alertTexts);
  const { query } = usePlace();
  const id = useId();
  const [given, setGiven] = useState<Given>(() => givenOf(query));
  const [chosen, choose] = useState<Chosen>({ choice: '2h', moment: '' });
  const [reason, setReason] = useState('');
  const [asked, setAsked] = useState(false);
  const [done, setDone] = useState(false);
  const [busy, run] = useAct();
  const match = matchOf(listsOf(given));
  const isEmpty = Object.keys(match).length === 0;
  const may = useMay()('editor', match.service?.[0]);
  useGuard(!done && reason !== '', t('unsaved'));
  const change = (field: Field, value: string) => setGiven({ ...given, [field]: value });
  const make = async (until: number) => {
    const body = { match, until: new Date(until).toISOString(), reason: reason.trim() };
    const made = await send<Silence & { readonly matches: number }>('POST', '/v1/alerts/silences', body);
    setDone(true);
    tellDone(t('silenceDone', { count: made.matches }));
    await refreshed('/v1/alerts');
  };
  return (
    <form
      class="card silence"
      aria-labelledby={`${id}-title`}
      onSubmit={(event) => {
        event.preventDefault();
        setAsked(true);
        const until = endOf(chosen.choice, chosen.moment, now());
        if (isEmpty || reason.trim() === '' || until === undefined || Number.isNaN(until)) return;
        void run(() => make(until)).then((made) => made && go('/alerts/silences', { replace: true }));
      }}
    >
      <h2 id={`${id}-title`}>{t('formTitle')}</h2>
      <p>{t('formSays')}</p>
      <div class="grid">
        {WORDS.map((field) => (
          <div key={field} class="field">
            <label for={`${id}-${field}`}>{t(field)}</label>
            <input
              id={`${id}-${field}`}
              value={given[field]}
              placeholder={t('any')}
              autocomplete="off"
              spellcheck={false}
              aria-describedby={`${id}-words`}
              onInput={(event) => change(field, event.currentTarget.value)}
            />
          </div>
        ))}
      </div>
      <span id={`${id}-words`} class="quiet">
        {t('wordsHint')}
      </span>
      <Ticks
        title={t('kind')}
        names={ALERT_KINDS}
        wordOf={(kind) => words(`kind.${kind}`)}
        value={given.kind}
        onChange={(value) => change('kind', value)}
      />
      <Ticks
        title={t('severity')}
        names={SEVERITIES}
        wordOf={(severity) => words(`severity.${severity}`)}
        value={given.severity}
        onChange={(value) => change('severity', value)}
      />
      {isEmpty ? <p class={asked ? 'wrong' : 'quiet'}>{t('whole')}</p> : <Fitting match={match} />}
      <UntilField chosen={chosen} onChoose={choose} asked={asked} />
      <WordsField
        label={tParts('reason')}
        hint={tParts('reasonHint')}
        wrong={asked && reason.trim() === '' ? tParts('reasonMissing') : undefined}
        required
        value={reason}
        onValue={setReason}
      />
      <div class="row">
        <button
          type="submit"
          class="main"
          disabled={busy || !may}
          title={may ? undefined : tParts('mayNot', { role: 'editor' })}
        >
          {t('silenceAct')}
        </button>
        <button type="button" onClick={() => go('/alerts/silences')}>
          {tParts('cancel')}
        </button>
      </div>
    </form>
  );
}

/** From the address: an alert's page fills it in. */
function givenOf(query: URLSearchParams): Given {
  const of = (field: Field) => query.get(field) ?? '';
  return {
    service: of('service'),
    owner: of('owner'),
    name: of('name'),
    tag: of('tag'),
    kind: of('kind'),
    severity: of('severity'),
  };
}

const listsOf = ({ service, owner, name, tag, kind, severity }: Given): Record<Field, readonly string[]> => ({
  ...{ service: wordsOf(service), owner: wordsOf(owner), name: wordsOf(name), tag: wordsOf(tag) },
  ...{ kind: wordsOf(kind), severity: wordsOf(severity) },
});

interface TicksProps<Name extends string> {
  title: string;
  names: readonly Name[];
  wordOf: (name: Name) => string;
  /** With commas. */
  value: string;
  onChange: (value: string) => void;
}

function Ticks<Name extends string>({ title, names, wordOf, value, onChange }: TicksProps<Name>) {
  const ticked = new Set(wordsOf(value));
  return (
    <fieldset>
      <legend>{title}</legend>
      <div class="row">
        {names.map((name) => (
          <label key={name} class="row tick">
            <input
              type="checkbox"
              checked={ticked.has(name)}
              onChange={() => onChange(names.filter((one) => (one === name) !== ticked.has(one)).join(','))}
            />
            {wordOf(name)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Fitting({ match }: { match: Match }) {
  const t = useTexts(alertsTexts);
  const open = useOpenAlerts().data?.alerts.filter(({ status }) => status === 'firing') ?? [];
  const fitting = open.filter((alert) => fits(match, alert));
  return (
    <div class="fitting" aria-live="polite">
      <p>
        {t('fitsNow', { count: fitting.length, all: open.length })} {match.tag === undefined ? '' : t('fitsTags')}
      </p>
      <ul class="quiet">
        {fitting.slice(0, MOST_SHOWN).map(({ id, summary }) => (
          <li key={id} lang="en">
            {summary}
          </li>
        ))}
      </ul>
    </div>
  );
}
