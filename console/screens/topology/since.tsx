// Since when what is chosen is wrong, beside the line of its hour.
import { queryOf } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { Spark } from '../../parts/spark.tsx';
import { minuteOf, utcOf } from '../../parts/time.tsx';
import { useTexts } from '../../text/language.ts';
import { momentsOf, wrongSince, type PastSeries } from './past.ts';
import { mapTexts } from './texts.ts';
import { STEP_MS, STEPS } from './window.ts';

const EVERY_MS = 60_000;

/** `until` is the end of the five minutes that are shown. What nobody has counted has no line. */
export function Since({ of, until }: { of: Readonly<Record<string, string>> | undefined; until: number }) {
  const t = useTexts(mapTexts);
  const hour = { from: until - STEPS * STEP_MS, to: until, step: '5m', metric: 'count' };
  const { data } = useLive<PastSeries>(of && `/v1/telemetry/series${queryOf({ ...of, ...hour })}`, EVERY_MS);
  const moments = data ? momentsOf(data) : [];
  if (moments.every(({ failed }) => failed === null)) return null;
  const since = wrongSince(moments);
  return (
    <>
      {since ? (
        <>
          <dt>{t('since')}</dt>
          <dd class="number" title={utcOf(since.at)}>
            {since.earlier ? t('sinceBefore', { time: minuteOf(since.at) }) : minuteOf(since.at)}
          </dd>
        </>
      ) : null}
      <dt>{t('hour')}</dt>
      <dd>
        <Spark
          values={moments.map(({ failed, refused }) => (failed === null ? null : failed + (refused ?? 0)))}
          label={t('past')}
        />
      </dd>
    </>
  );
}
