// The stored draft compared with what is in force: exactly the pair that is shown is the one that is published.
import { useCallback, useEffect, useState } from 'preact/hooks';
import { ask, get } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { ApiError, type FieldError } from '../../api/problem.ts';
import type { Diff, RuleChange, Validated } from './answers.ts';
import { readStored, type Stored } from './draft.ts';
import { IN_FORCE_MS, inForcePath, type Subject } from './subject.ts';

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
  /** What has changed since: the draft, or what is in force, which is the revision of this number by now. */
  readonly moved: 'draft' | number | undefined;
  readonly load: () => Promise<void>;
}

/** Until a comparison that failed is made again. */
const AGAIN_MS = 5_000;

export function useReview(subject: Subject): Review {
  const { api } = subject;
  const [compared, setCompared] = useState<Compared>();
  const [error, setError] = useState<ApiError>();
  const [isLoading, setLoading] = useState(false);
  const [standing, setStanding] = useState<number>();
  const { etag } = useLive(`${api}/draft`);
  const { etag: inForce } = useLive(inForcePath(subject), IN_FORCE_MS);
  const load = useCallback(async () => {
    setLoading(true);
    try {
      const read = await compare(subject);
      setCompared(read);
      setStanding(read.stored.revision);
      setError(undefined);
    } catch (caught) {
      if (!(caught instanceof ApiError)) throw caught;
      setError(caught);
    }
    setLoading(false);
  }, [api]);
  useEffect(() => void load(), [load]);
  useEffect(() => {
    if (!error || compared) return;
    const timer = setTimeout(() => void load(), Math.max(AGAIN_MS, error.retryAfterMs ?? 0));
    return () => clearTimeout(timer);
  }, [error]);
  useEffect(() => {
    if (inForce === undefined || !compared) return;
    readStored(subject).then(
      ({ revision }) => setStanding(revision),
      (caught: unknown) => {
        // It is looked at again when it is published.
        if (!(caught instanceof ApiError)) throw caught;
      },
    );
  }, [inForce]);
  const shown = compared?.stored;
  const isOther = etag !== undefined && etag.replaceAll('"', '') !== shown?.etag;
  const moved =
    !shown || isLoading ? undefined : isOther ? 'draft' : standing === shown.revision ? undefined : standing;
  return { compared, error, moved, load };
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
