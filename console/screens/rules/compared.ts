// The stored draft compared with what is in force: exactly the pair that is shown is the one that is published.
import { useCallback, useEffect, useState } from 'preact/hooks';
import { ask, get } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { ApiError, type FieldError } from '../../api/problem.ts';
import type { Diff, RuleChange, Validated } from './answers.ts';
import { readStored, type Stored } from './draft.ts';
import type { Subject } from './subject.ts';

export interface Compared {
  readonly stored: Stored;
  readonly changes: readonly RuleChange[];
  readonly warnings: readonly FieldError[];
  /** Why it may not be published: what was valid once may not be today. */
  readonly errors: readonly FieldError[];
  readonly violations: Validated['violations'];
  readonly cursor: string | undefined;
}

export interface Review {
  readonly compared: Compared | undefined;
  readonly error: ApiError | undefined;
  /** Another draft stands by now than the one that is shown. */
  readonly isOld: boolean;
  readonly load: () => Promise<void>;
}

/** Until a comparison that failed is made again. */
const AGAIN_MS = 5_000;

export function useReview(subject: Subject): Review {
  const { api } = subject;
  const [compared, setCompared] = useState<Compared>();
  const [error, setError] = useState<ApiError>();
  const { etag } = useLive(`${api}/draft`);
  const load = useCallback(async () => {
    try {
      setCompared(await compare(subject));
      setError(undefined);
    } catch (caught) {
      if (!(caught instanceof ApiError)) throw caught;
      setError(caught);
    }
  }, [api]);
  useEffect(() => void load(), [load]);
  useEffect(() => {
    if (!error || compared) return;
    const timer = setTimeout(() => void load(), Math.max(AGAIN_MS, error.retryAfterMs ?? 0));
    return () => clearTimeout(timer);
  }, [error]);
  const shown = compared?.stored.etag;
  const isOld = compared !== undefined && etag !== undefined && etag.replaceAll('"', '') !== shown;
  return { compared, error, isOld, load };
}

async function compare(subject: Subject): Promise<Compared> {
  const stored = await readStored(subject);
  if (stored.etag === undefined) {
    return { stored, changes: [], warnings: [], errors: [], violations: undefined, cursor: undefined };
  }
  return subject.isBaseline ? compareBaseline(subject, stored) : compareRules(subject, stored);
}

/** What was read is sent: no other draft can come between. */
async function compareRules({ api }: Subject, stored: Stored): Promise<Compared> {
  const from = stored.revision === 0 ? 'published' : String(stored.revision);
  const none = { violations: undefined, cursor: undefined };
  try {
    const { body } = await ask<Diff>(`${api}/diff?from=${from}`, {
      method: 'POST',
      body: stored.source,
      headers: { 'content-type': 'application/yaml' },
    });
    return { stored, changes: body?.changes ?? [], warnings: body?.warnings ?? [], errors: [], ...none };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 422) throw error;
    const { changes } = await get<Diff>(`${api}/diff`);
    return { stored, changes, warnings: [], errors: error.errors, ...none };
  }
}

/** Of a baseline only stored versions are compared: until the draft was the same before and after. */
async function compareBaseline(subject: Subject, stored: Stored): Promise<Compared> {
  const { api } = subject;
  const { changes } = await get<Diff>(`${api}/diff`);
  const { warnings = [], violations, cursor, errors = [] } = await validated(api);
  const after = await readStored(subject);
  if (after.etag !== stored.etag || after.revision !== stored.revision) return compareBaseline(subject, after);
  return { stored, changes, warnings, errors, violations, cursor };
}

async function validated(api: string): Promise<Partial<Validated> & { errors?: readonly FieldError[] }> {
  try {
    const { body } = await ask<Validated>(`${api}/draft/validate`, { method: 'POST' });
    return body ?? {};
  } catch (error) {
    if (error instanceof ApiError && error.status === 422) return { errors: error.errors };
    // Whom it would stop is for keys for all services.
    if (error instanceof ApiError && error.status === 403) return {};
    throw error;
  }
}
