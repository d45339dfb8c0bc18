// What was posted with a ping: as text, whatever it is.
import { useEffect, useState } from 'preact/hooks';
import { ask, path } from '../../api/client.ts';
import { ApiError } from '../../api/problem.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Failed, Loading } from '../../parts/shown.tsx';
import { useParam } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { JobDetail } from './answers.ts';
import { jobsTexts } from './texts.ts';

/** Open while the address names a ping. */
export function PingBody({ job }: { job: JobDetail }) {
  const [n, setPing] = useParam('ping');
  if (n === '' || job.kind !== 'check') return null;
  return <Body key={n} job={job} n={n} onClose={() => setPing('')} />;
}

function Body({ job, n, onClose }: { job: JobDetail; n: string; onClose: () => void }) {
  const t = useTexts(jobsTexts);
  const [text, setText] = useState<string>();
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    const left = new AbortController();
    ask<unknown>(path`/api/v3/checks/${job.id}/pings/${n}/body`, { signal: left.signal }).then(
      ({ body }) => setText(typeof body === 'string' ? body : JSON.stringify(body, null, 2)),
      (failure: unknown) => {
        if (!left.signal.aborted && failure instanceof ApiError) setError(failure);
      },
    );
    return () => left.abort();
  }, [job.id, n]);
  return (
    <Dialog title={t('bodyOf', { n })} wide onClose={onClose}>
      {error?.status === 404 ? (
        <p>{t('bodyGone')}</p>
      ) : error ? (
        <Failed error={error} />
      ) : text === undefined ? (
        <Loading />
      ) : (
        <pre class="ping-body" tabIndex={0}>
          {text}
        </pre>
      )}
      <div class="row">
        <button type="button" onClick={onClose}>
          {t('close')}
        </button>
      </div>
    </Dialog>
  );
}
