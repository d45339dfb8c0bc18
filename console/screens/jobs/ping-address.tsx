// Where a check is pinged, for those who may change it, and the lines that do it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { path } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { Shown } from '../../parts/shown.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import type { Check, JobDetail } from './answers.ts';
import { crontabOf, timerOf } from './crontab.ts';
import { jobsTexts } from './texts.ts';

export function PingAddress({ job }: { job: JobDetail }) {
  const t = useTexts(jobsTexts);
  const may = useMay();
  const allowed = may('editor', job.service);
  const live = useLive<Check>(allowed ? path`/api/v3/checks/${job.id}` : undefined, 30_000);
  return (
    <section class="card" aria-labelledby="jobs-ping">
      <h2 id="jobs-ping">{t('pingAddress')}</h2>
      {allowed ? (
        <Shown of={live}>{(check) => <Lines check={check} job={job} />}</Shown>
      ) : (
        <p class="quiet">{t('addressHidden')}</p>
      )}
    </section>
  );
}

function Lines({ check, job }: { check: Check; job: JobDetail }) {
  const t = useTexts(jobsTexts);
  // Whoever knows the address may ping: of a check that is in use it is shown when it is asked for.
  const [isShown, setShown] = useState(check.n_pings === 0);
  const url = check.ping_url;
  if (url === undefined) return <p class="quiet">{t('addressHidden')}</p>;
  const curl = `curl -fsS -m 10 --retry 5 -o /dev/null ${url}`;
  const crontab = crontabOf(job);
  const timer = timerOf(job);
  const measured = `R=$(uuidgen)\ncurl -fsS -o /dev/null "${url}/start?rid=$R"\n/path/to/work.sh; curl -fsS -o /dev/null "${url}/$??rid=$R"`;
  if (!isShown) {
    return (
      <div class="row">
        <button type="button" onClick={() => setShown(true)}>
          {t('showAddress')}
        </button>
        <Copy text={url} label={t('copyAddress')} />
      </div>
    );
  }
  return (
    <>
      <p class="quiet">{t('addressHint')}</p>
      <Snippet title={t('address')} text={url} />
      <Snippet title="curl" text={curl} />
      {timer === undefined ? null : <Snippet title="systemd" text={timer} hint={t('byTimer')} />}
      {crontab === undefined && timer === undefined ? <p class="quiet">{t('noCron')}</p> : null}
      {crontab === undefined ? null : (
        <Snippet
          title="cron"
          text={`${crontab} /path/to/work.sh && ${curl}`}
          hint={job.schedule === undefined ? undefined : t('cronZone', { zone: job.timezone ?? 'UTC' })}
        />
      )}
      <Snippet title={t('measured')} text={measured} />
    </>
  );
}

function Snippet({ title, text, hint }: { title: string; text: string; hint?: string | undefined }) {
  return (
    <div class="snippet">
      <div class="row">
        <h3>{title}</h3>
        <Copy text={text} label={title} />
      </div>
      <pre tabIndex={0} aria-label={title}>
        {text}
      </pre>
      {hint === undefined ? null : <p class="quiet">{hint}</p>}
    </div>
  );
}

function Copy({ text, label }: { text: string; label: string }) {
  const p = useTexts(partsTexts);
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => {
      setCopied(true);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setCopied(false), 2_000);
    });
  };
  return (
    <button type="button" class="copy" aria-label={`${p('copy')}: ${label}`} onClick={copy}>
      <span aria-live="polite">{p(copied ? 'copied' : 'copy')}</span>
    </button>
  );
}
