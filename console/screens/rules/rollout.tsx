// How what is published comes to the fleet, and the gray publication beside it: both sides, promoted or taken back.
import { useState } from 'preact/hooks';
import { send } from '../../api/client.ts';
import { refreshed, useLive } from '../../api/live.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Empty, Shown } from '../../parts/shown.tsx';
import { State } from '../../parts/state.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { Ago, Countdown, durationOf, Time } from '../../parts/time.tsx';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import type { Diff, Fleet, Gray, GrayTerms } from './answers.ts';
import { Changes } from './changes.tsx';
import { Convergence } from './convergence.tsx';
import { Decide, type Decided } from './decide.tsx';
import { isOfRequests } from './gray-terms.ts';
import { isCounted, Sides, Verdict } from './sides.tsx';
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
          {(data) => (
            <>
              <Convergence fleet={data} />
              {gray.data?.state === 'running' && gray.data.gray && isOfRequests(gray.data.gray) ? (
                <p class="quiet">{t('holdsBoth')}</p>
              ) : null}
            </>
          )}
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
  const beside = judgement ?? gray.figures;
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
      {terms ? <GivenTo {...terms} /> : null}
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
      {isRunning && !judgement ? <p class="quiet">{t('nobodyJudges')}</p> : null}
      {judgement && (isCounted(judgement) || judgement.next !== 'wait') ? <Verdict of={judgement} /> : null}
      {beside ? <Sides of={beside} revision={revision} base={baseRevision} /> : null}
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

/** `5% by client · versions 7, live · requests method=POST`. */
function GivenTo({ share, by, versions, match }: GrayTerms) {
  const t = useTexts(rulesTexts);
  const pairs = Object.entries(match ?? {}).map(([name, value]) => `${name}=${value}`);
  const parts = [
    share === undefined ? '' : t('shareBy', { share, by: by === 'instance' ? t('byInstance') : by }),
    versions ? `${t('versions')} ${versions.join(', ')}` : '',
    pairs.length > 0 ? `${t('requests')} ${pairs.join(', ')}` : '',
  ];
  return (
    <p>
      {t('givenTo')} <strong>{parts.filter((part) => part !== '').join(' · ')}</strong>
    </p>
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
  const diff = useLive<Diff>(`${subject.api}/diff?to=gray`, 30_000);
  async function end(decided: Decided): Promise<void> {
    await send('POST', `${subject.api}/gray/${how}`, { expectedRevision: revision, ...decided });
    onClose();
    await refreshed('/v1/services');
  }
  return (
    <Dialog title={t(how === 'promote' ? 'promoteTitle' : 'abortTitle', { revision })} onClose={onClose} wide>
      <Shown of={diff}>{({ changes }) => <Changes changes={changes} />}</Shown>
      <Decide act={t(how)} why={diff.data ? undefined : t('unseen')} onDo={end} />
      <button type="button" onClick={onClose}>
        {tp('cancel')}
      </button>
    </Dialog>
  );
}
