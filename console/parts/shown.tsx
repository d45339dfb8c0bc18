// What a live answer is shown as while it loads, when it failed, and when it is older than it should be.
import type { ComponentChildren } from 'preact';
import type { Live } from '../api/live.ts';
import { sentenceOf } from '../api/problem-texts.ts';
import type { ApiError } from '../api/problem.ts';
import { useTexts } from '../text/language.ts';
import { timeOf } from './time.tsx';
import { partsTexts } from './texts.ts';

interface ShownProps<T> {
  of: Live<T>;
  children: (data: T) => ComponentChildren;
  /** What stands here when the API says that there is no such thing (404). */
  missing?: ComponentChildren;
}

/** `<Shown of={live}>{(data) => …}</Shown>`: what was there stays on the page when a look fails, and says so. */
export function Shown<T>({ of: { data, error, at, refresh }, children, missing }: ShownProps<T>) {
  const t = useTexts(partsTexts);
  if (error?.status === 404 && missing !== undefined) return <>{missing}</>;
  if (data === undefined) return error ? <Failed error={error} onRetry={() => void refresh()} /> : <Loading />;
  return (
    <>
      {error ? (
        <div class="note warn" role="status">
          <span title={error.message}>
            {t('stale', { why: sentenceOf(error), at: at === undefined ? '–' : timeOf(at) })}
          </span>
          <button type="button" onClick={() => void refresh()}>
            {t('retry')}
          </button>
        </div>
      ) : null}
      {children(data)}
    </>
  );
}

export function Loading() {
  const t = useTexts(partsTexts);
  return (
    <div class="loading" role="status">
      {t('loading')}
    </div>
  );
}

export function Failed({ error, onRetry }: { error: ApiError; onRetry?: () => void }) {
  const t = useTexts(partsTexts);
  const { status, message, body } = error;
  const says = sentenceOf(error);
  const instance = typeof body['instance'] === 'string' ? body['instance'].replace('urn:flyball:request:', '') : '';
  return (
    <div class="note bad" role="alert">
      <strong>{says}</strong>
      {message === says ? null : <span lang="en">{message}</span>}
      {instance === '' ? null : <code class="quiet">{t('request', { id: instance })}</code>}
      {onRetry && status !== 403 ? (
        <button type="button" onClick={onRetry}>
          {t('retry')}
        </button>
      ) : null}
    </div>
  );
}

/** Nothing is here, and what can be done about it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children}
    </div>
  );
}
