// On AWS traces are in X-Ray: where to look instead.
import type { ApiError } from '../../api/problem.ts';
import { useTexts } from '../../text/language.ts';
import { traceTexts } from './texts.ts';

export const isElsewhere = (error: ApiError | undefined): error is ApiError => error?.status === 501;

export function Elsewhere({ error }: { error: ApiError }) {
  const t = useTexts(traceTexts);
  const { link } = error.body;
  return (
    <div class="empty">
      <strong>{t('elsewhere')}</strong>
      <p>{t('elsewhereWhy')}</p>
      {typeof link === 'string' && link.startsWith('https://') ? (
        <a class="button" href={link} target="_blank" rel="noreferrer">
          {t('openThere')}
        </a>
      ) : null}
    </div>
  );
}
