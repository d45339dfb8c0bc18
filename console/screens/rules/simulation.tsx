// What the draft would have done to what was recorded: bounds, since not everything is.
import { countOf } from '../../parts/number.ts';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { useTexts } from '../../text/language.ts';
import type { Effects, Range, Simulated, SimulatedRule } from './answers.ts';
import { RuleName } from './changes.tsx';
import { rulesTexts } from './texts.ts';

export function Simulation({ of }: { of: Simulated }) {
  const t = useTexts(rulesTexts);
  const { from, to, recordedMinutes, steady, summary, rules, cannotSay } = of;
  const { seen, now, draft, worse, unclear } = summary;
  const told = new Set([...worse, ...unclear].map(({ path }) => path));
  const shown = rules.filter(({ path, change }) => change !== 'same' || told.has(path));
  if (recordedMinutes === 0) return <p class="quiet">{t('nothingRecorded')}</p>;
  return (
    <div class="stack" data-simulated={seen}>
      <p>
        {t('count', { count: countOf(seen) })}{' '}
        <span class="quiet">
          <Time at={from} /> – <Time at={to} />
          {steady ? '' : ` · ${t('unsteady')}`}
        </span>
      </p>
      <Pair label={t('refused')} of={seen} now={now.refused} draft={draft.refused} />
      {worse.length === 0 && unclear.length === 0 ? <State kind="ok">{t('notWorse')}</State> : null}
      <ul class="plainly">
        {worse.map(({ path, reason, certain }) => (
          <li key={path}>
            <State kind={certain ? 'bad' : 'warn'}>{t(certain ? 'worse' : 'likelyWorse')}</State>{' '}
            <RuleName path={path} />: {reason}
          </li>
        ))}
        {unclear.map(({ path, reason }) => (
          <li key={path}>
            <State kind="unknown">{t('unclear')}</State> <RuleName path={path} />: {reason}
          </li>
        ))}
      </ul>
      {shown.map((rule) => (
        <Rule key={rule.path} rule={rule} />
      ))}
      {cannotSay.length === 0 ? null : (
        <details>
          <summary>{t('cannotSay')}</summary>
          <ul class="plainly quiet">
            {cannotSay.map(({ path, reason }) => (
              <li key={`${path} ${reason}`}>
                {path === '' ? null : <code>{path}</code>} {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

const EFFECTS = ['refused', 'delayed', 'exceeded', 'opened'] as const;

function Rule({ rule: { path, seen, of, now, draft, cannotSay } }: { rule: SimulatedRule }) {
  const t = useTexts(rulesTexts);
  return (
    <div class="simulated">
      <h4>
        <RuleName path={path} />{' '}
        <span class="quiet">{t(of === 'calls' ? 'countCalls' : 'count', { count: countOf(seen) })}</span>
      </h4>
      {EFFECTS.filter((effect) => has(now, effect) || has(draft, effect)).map((effect) => (
        <Pair key={effect} label={t(effect)} of={seen} now={now?.[effect]} draft={draft?.[effect]} />
      ))}
      {cannotSay.length === 0 ? null : <p class="quiet">{cannotSay.join('; ')}</p>}
    </div>
  );
}

const has = (effects: Effects | null, effect: keyof Effects): boolean => effects?.[effect] !== undefined;

interface PairProps {
  label: string;
  /** Of so many. */
  of: number;
  now: Range | undefined;
  draft: Range | undefined;
}

/** Now, and with the draft, to one scale: a bar from the least to the most, and a tick where it most likely is. */
function Pair({ label, of, now, draft }: PairProps) {
  const t = useTexts(rulesTexts);
  const top = Math.max(1, of, now?.high ?? 0, draft?.high ?? 0);
  return (
    <div class="pair" role="group" aria-label={label}>
      <span class="label">{label}</span>
      <span class="quiet">{t('today')}</span>
      <Bounds range={now} top={top} />
      <span class="quiet">{t('withDraft')}</span>
      <Bounds range={draft} top={top} />
    </div>
  );
}

function Bounds({ range, top }: { range: Range | undefined; top: number }) {
  const t = useTexts(rulesTexts);
  if (range === undefined) return <span class="quiet">{t('noSuchRule')}</span>;
  if (range === null) return <span class="quiet">{t('unknown')}</span>;
  const { low, estimate, high } = range;
  const at = (value: number) => `${String((value / top) * 100)}%`;
  const text = low === high ? countOf(low) : `${countOf(low)} – ${countOf(high)}`;
  return (
    <span class="bounds">
      <span class="bar" aria-hidden="true">
        <span style={{ left: at(low), width: `max(2px, ${at(high - low)})` }} />
        {estimate === null ? null : <i style={{ left: at(estimate) }} />}
      </span>
      <span class="number">
        {text}
        {estimate === null || low === high ? '' : ` (≈ ${countOf(estimate)})`}
      </span>
    </span>
  );
}
