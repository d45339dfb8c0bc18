// What a schedule means while it is being written: in words, its next runs by both clocks, and what is wrong with it.
import { useEffect, useState } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { ApiError } from '../../api/problem.ts';
import { useTexts } from '../../text/language.ts';
import type { Preview } from './answers.ts';
import { Moments } from './moments.tsx';
import { jobsTexts } from './texts.ts';

/** So long nothing more must have been written. */
const SETTLED_MS = 250;

type Seen =
  | { readonly kind: 'asking' }
  | { readonly kind: 'means'; readonly preview: Preview }
  | { readonly kind: 'wrong'; readonly messages: readonly string[] };

export function SchedulePreview({ schedule, timezone }: { schedule: string; timezone: string }) {
  const t = useTexts(jobsTexts);
  const seen = usePreview(schedule, timezone);
  return (
    <div class="preview" aria-live="polite" aria-label={t('preview')} role="region">
      {seen.kind === 'asking' ? (
        <p class="quiet">{t('previewing')}</p>
      ) : seen.kind === 'wrong' ? (
        seen.messages.map((message) => (
          <p key={message} class="note bad">
            {message}
          </p>
        ))
      ) : (
        <Means preview={seen.preview} />
      )}
    </div>
  );
}

function Means({ preview: { kind, description, next, timezone, daylightSaving } }: { preview: Preview }) {
  const t = useTexts(jobsTexts);
  // It would be refused: when it came is nothing to be told of it.
  if (kind.startsWith('eventbridge')) return <p class="note bad">{t('notForChecks')}</p>;
  return (
    <>
      <p>
        <strong lang="en">{description}</strong>
      </p>
      {next.length === 0 ? (
        <p class="quiet">{t('neverComes')}</p>
      ) : (
        <Moments at={next.map(({ at }) => at)} timezone={timezone} />
      )}
      {daylightSaving.map(({ at, note }) => (
        <p key={at} class="note warn" lang="en">
          {note}
        </p>
      ))}
    </>
  );
}

function usePreview(schedule: string, timezone: string): Seen {
  const [seen, setSeen] = useState<Seen>({ kind: 'asking' });
  useEffect(() => {
    const left = new AbortController();
    setSeen({ kind: 'asking' });
    const timer = setTimeout(() => {
      const body = { schedule, timezone: timezone.trim() === '' ? 'UTC' : timezone.trim(), count: 5 };
      ask<Preview>('/v1/schedules/preview', { method: 'POST', body, signal: left.signal }).then(
        ({ body: preview }) => preview && setSeen({ kind: 'means', preview }),
        (error: unknown) => {
          if (left.signal.aborted || !(error instanceof ApiError)) return;
          const reasons = error.errors.map(({ reason }) => reason);
          setSeen({ kind: 'wrong', messages: reasons.length > 0 ? reasons : [error.message] });
        },
      );
    }, SETTLED_MS);
    return () => {
      left.abort();
      clearTimeout(timer);
    };
  }, [schedule, timezone]);
  return seen;
}
