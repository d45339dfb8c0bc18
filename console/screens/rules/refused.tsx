// Why the API did not publish, in full: what it named, and whom it would concern.
import type { ComponentChildren } from 'preact';
import { sentenceOf } from '../../api/problem-texts.ts';
import type { ApiError } from '../../api/problem.ts';
import { useTexts } from '../../text/language.ts';
import { rulesTexts } from './texts.ts';

interface Behind {
  readonly version: string;
  readonly instances: number;
}

export function Refused({ error, children }: { error: ApiError; children?: ComponentChildren }) {
  const t = useTexts(rulesTexts);
  const { message, errors, body, code } = error;
  const behind = Array.isArray(body['behind']) ? (body['behind'] as Behind[]) : [];
  const fields = Array.isArray(body['fields']) ? (body['fields'] as { path: string; since: string }[]) : [];
  return (
    <div class="note bad" role="alert" data-refused={code}>
      <strong>
        {t('notPublished')} {sentenceOf(error)}
      </strong>
      <span lang="en">{message}</span>
      {errors.length + fields.length + behind.length === 0 ? null : (
        <ul class="plainly">
          {errors.map(({ path, reason }) => (
            <li key={`${path} ${reason}`}>
              <code>{path}</code> {reason}
            </li>
          ))}
          {fields.map(({ path, since }) => (
            <li key={path}>
              <code>{path}</code> {t('since', { version: since })}
            </li>
          ))}
          {behind.map(({ version, instances }) => (
            <li key={version}>{t('behind', { instances, version })}</li>
          ))}
        </ul>
      )}
      {children}
    </div>
  );
}
