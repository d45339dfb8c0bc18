// How what is published comes to the fleet, and the gray publication beside it: both sides, promoted or taken back.
import { useState } from 'preact/hooks';
import { send } from '../../api/client.ts';
import { refreshed, useLive } from '../../api/live.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { countOf, percentOf } from '../../parts/number.ts';
import { Empty, Shown } from '../../parts/shown.tsx';
import { State } from '../../parts/state.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { Ago, Countdown, durationOf, Time } from '../../parts/time.tsx';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import type { Diff, Figures, Fleet, Gray } from './answers.ts';
import { Changes } from './changes.tsx';
import { Convergence } from './convergence.tsx';
import { Decide, type Decided } from './decide.tsx';
import type { Subject } from './subject.ts';
import { rulesTexts } from './texts.ts';

export function Rollout({ subject }: { subject: Subject }) {
  const t = useTexts(rulesTexts);
  const fleet = useLive<Fleet>(`${subject.api}/fleet?limit=1`);
  const gray = useLive<Gray>(`${subject.api}/gray`);
  return (
    <div class="stack">
      <section class="card" aria-label={t('fleet')}>
        <h2>{t('fleet')}</h2>
        <Shown of={fleet} missing={<Empty title={t('noFleet')} />}>
          {(data) => <Convergence fleet={data} />}
        </Shown>
      </section>
      <section class="card" aria-label={t('grayTitle')}>
        <h2>{t('grayTitle')}</h2>
        <Shown of={gray} missing={<p class="quiet">{t('noGray')}</p>}>
          {(data) => <GrayPublication subject={subject} gray={data} />}
        </Shown>
      </section>
    </div>
  );
}

function GrayPublication({ subject, gray }: { subject: Subject; gray: Gray }) {
  const t = useTexts(rulesTexts);
  const { revision, baseRevision, state, author, note, startedAt, steps, step, stepSince, reason, gray: terms } = gray;
  const { judgement } = gray;
  const isRunning = state === 'running';
  return (
    <div class="stack" data-gray={state} data-revision={revision}>
      <div class="row">
        <State kind={isRunning ? 'held' : state === 'promoted' ? 'ok' : 'off'}>{t(`gray.${state}`)}</State>
        <span>
          {t('grayOf', { revision, base: baseRevision })} · {author} · <Ago at={startedAt} />
        </span>
        {isRunning ? <Ending subject={subject} gray={gray} /> : null}
      </div>
      {note === '' ? null : <q>{note}</q>}
      {reason === undefined ? null : <p>{reason}</p>}
      {terms ? (
        <p>
          {t('givenTo')} <strong>{terms.share ?? '100%'}</strong> {t('ofBy', { by: terms.by })}
          {terms.versions ? ` · ${terms.versions.join(', ')}` : ''}
          {terms.match ? ` · ${JSON.stringify(terms.match)}` : ''}
        </p>
      ) : null}
      {steps.length === 0 ? null : (
        <ol class="gray-steps" aria-label={t('steps')}>
          {steps.map(({ share, bake }, i) => (
            <li key={i} {...(isRunning && i === step ? { 'aria-current': 'step' as const } : {})}>
              <strong>{share}</strong> <span class="quiet">{bakeOf(bake)}</span>
            </li>
          ))}
          <li>
            <strong>100%</strong>
          </li>
        </ol>
      )}
      {isRunning && steps.length > 0 ? (
        <p class="quiet">
          <Time at={stepSince} /> {judgement?.bakedAt === undefined ? null : <Countdown to={judgement.bakedAt} />}
        </p>
      ) : null}
      {judgement ? <Sides judgement={judgement} revision={revision} base={baseRevision} /> : null}
      {isRunning && !judgement ? <p class="quiet">{t('nobodyJudges')}</p> : null}
      {isRunning ? <GrayDiff subject={subject} /> : null}
    </div>
  );
}

function bakeOf(bake: string): string {
  const seconds = Number(bake.replace(/s$/, ''));
  return Number.isFinite(seconds) ? durationOf(seconds * 1_000) : bake;
}

function GrayDiff({ subject }: { subject: Subject }) {
  const t = useTexts(rulesTexts);
  const { data } = useLive<Diff>(`${subject.api}/diff?to=gray`, 30_000);
  return data ? (
    <details>
      <summary>{t('grayDiff', { count: data.changes.length })}</summary>
      <Changes changes={data.changes} />
    </details>
  ) : null;
}

const VERDICTS = { 'better-or-equal': 'ok', worse: 'bad', 'not enough traffic': 'unknown' } as const;

interface SidesProps {
  judgement: NonNullable<Gray['judgement']>;
  revision: number;
  base: number;
}

/** Both sides beside each other, since the step began. */
function Sides({ judgement, revision, base }: SidesProps) {
  const t = useTexts(rulesTexts);
  const { verdict, reason, since, completeUntil, gray, rest, next } = judgement;
  const share = (part: number, of: number) => (of > 0 ? percentOf(part / of) : '–');
  const rows: readonly (readonly [string, (side: Figures) => string])[] = [
    [t('requests'), ({ requests }) => countOf(requests)],
    [t('failures'), ({ failed, requests, refused }) => share(failed, requests - refused)],
    [t('refused'), ({ refused, requests }) => share(refused, requests)],
    ['p99', ({ p99Ms }) => (p99Ms === undefined ? '–' : durationOf(p99Ms))],
  ];
  return (
    <div class="stack" aria-live="polite">
      <div class="row">
        <State kind={VERDICTS[verdict]}>{t(`verdict.${verdict}`)}</State>
        {reason === '' ? null : <span>{reason}</span>}
        <span class="quiet">{t(`next.${next}`)}</span>
      </div>
      <table class="sides">
        <thead>
          <tr>
            <td />
            <th scope="col">{t('graySide', { revision })}</th>
            <th scope="col">{t('restSide', { revision: base })}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([title, of]) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td class="number">{of(gray)}</td>
              <td class="number">{of(rest)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">
        <Time at={since} /> – <Time at={completeUntil} />
      </p>
    </div>
  );
}

function Ending({ subject, gray: { revision } }: { subject: Subject; gray: Gray }) {
  const t = useTexts(rulesTexts);
  const tp = useTexts(partsTexts);
  const may = useMay()('publisher', subject.name);
  const [how, setHow] = useState<'promote' | 'abort'>();
  const title = may ? undefined : tp('mayNot', { role: 'publisher' });
  return (
    <span class="row actions">
      <button type="button" disabled={!may} title={title} onClick={() => setHow('abort')}>
        {t('abort')}
      </button>
      <button type="button" class="main" disabled={!may} title={title} onClick={() => setHow('promote')}>
        {t('promote')}
      </button>
      {how ? <EndDialog {...{ subject, revision, how }} onClose={() => setHow(undefined)} /> : null}
    </span>
  );
}

interface EndDialogProps {
  subject: Subject;
  revision: number;
  how: 'promote' | 'abort';
  onClose: () => void;
}

function EndDialog({ subject, revision, how, onClose }: EndDialogProps) {
  const t = useTexts(rulesTexts);
  const tp = useTexts(partsTexts);
  const { data } = useLive<Diff>(`${subject.api}/diff?to=gray`, 30_000);
  async function end(decided: Decided): Promise<void> {
    await send('POST', `${subject.api}/gray/${how}`, { expectedRevision: revision, ...decided });
    onClose();
    await refreshed('/v1/services');
  }
  return (
    <Dialog title={t(how === 'promote' ? 'promoteTitle' : 'abortTitle', { revision })} onClose={onClose} wide>
      {data ? <Changes changes={data.changes} /> : null}
      <Decide act={t(how)} why={undefined} onDo={end} />
      <button type="button" onClick={onClose}>
        {tp('cancel')}
      </button>
    </Dialog>
  );
}
