// All that is known of a run: when, what it counted, and the exception that made it fail.
import type { ComponentChildren } from 'preact';
import { FactList } from '../../parts/facts.tsx';
import { countOf } from '../../parts/number.ts';
import { durationOf, Time } from '../../parts/time.tsx';
import { useTexts } from '../../text/language.ts';
import type { Run } from './answers.ts';
import { jobsTexts } from './texts.ts';

export function RunDetails({ run }: { run: Run }) {
  const t = useTexts(jobsTexts);
  const { scheduledAt, startedAt, endedAt, durationMs, heardAt, lostAt, progress, counts, startedBy, error } = run;
  const moment = (at: string | undefined) => (at === undefined ? undefined : <Time at={at} full />);
  const facts: [string, ComponentChildren][] = [
    [t('scheduledFor'), moment(scheduledAt)],
    [t('started'), moment(startedAt)],
    [t('ended'), moment(endedAt)],
    [t('took'), durationMs === undefined ? undefined : durationOf(durationMs)],
    [t('heardAt'), moment(heardAt)],
    [t('lostAt'), moment(lostAt)],
    [
      t('progress'),
      progress && `${countOf(progress.done)}${progress.of === undefined ? '' : ` / ${countOf(progress.of)}`}`,
    ],
    [
      t('counts'),
      counts &&
        `${t('read')} ${countOf(counts.read ?? 0)}, ${t('written_')} ${countOf(counts.written ?? 0)}, ${t('failedCount')} ${countOf(counts.failed ?? 0)}`,
    ],
    [t('byHand'), startedBy && [startedBy.by, startedBy.reason].filter((word) => word !== undefined).join(': ')],
    [t('why'), run.reason],
    [t('exit'), run.exitStatus],
    [t('function'), run.function === undefined ? undefined : <code>{run.function}</code>],
    [t('requestId'), run.requestId === undefined ? undefined : <code>{run.requestId}</code>],
    ...(run.marks ?? []).map(({ mark, reason }): [string, string] => [t(`mark.${mark}`), reason]),
  ];
  return (
    <div class="run-details stack">
      <FactList facts={facts} />
      {error ? <Exception error={error} /> : null}
    </div>
  );
}

function Exception({ error }: { error: NonNullable<Run['error']> }) {
  const t = useTexts(jobsTexts);
  const { name, message, businessCode, causes = [], frames = [] } = error;
  const lines = [
    `${name}: ${message}`,
    ...frames.map((frame) => `    at ${frame}`),
    ...causes.map((cause) => `${t('causedBy')} ${cause.name}: ${cause.message}`),
  ];
  return (
    <>
      {businessCode === undefined ? null : (
        <p>
          {t('businessCode')} <code>{businessCode}</code>
        </p>
      )}
      <pre tabIndex={0} aria-label={t('exception')}>
        {lines.join('\n')}
      </pre>
    </>
  );
}
