// What the API would say to a text: asked a moment after the last key, each fault with the line that it is about.
import { useEffect, useState } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { ApiError } from '../../api/problem.ts';
import type { Validated } from './answers.ts';
import type { Subject } from './subject.ts';
import { faultsOf, type Fault } from './text/faults.ts';

export interface Checked {
  /** Of which text this is said; older than the one that is shown while it is typed. */
  readonly text: string;
  readonly faults: readonly Fault[];
  readonly violations: Validated['violations'];
  /** Why nothing can be said. */
  readonly error: ApiError | undefined;
}

const AFTER_MS = 400;

export function useChecked({ api }: Subject, text: string): Checked | undefined {
  const [checked, setChecked] = useState<Checked>();
  useEffect(() => {
    if (text.trim() === '') return setChecked(undefined);
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      void check(api, text, leaving.signal).then((found) => {
        if (found && !leaving.signal.aborted) setChecked(found);
      });
    }, AFTER_MS);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [api, text]);
  return checked;
}

async function check(api: string, text: string, signal: AbortSignal): Promise<Checked | undefined> {
  try {
    const { body } = await ask<Validated>(`${api}/draft/validate`, {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'application/yaml' },
      signal,
    });
    return {
      text,
      faults: faultsOf(text, body?.warnings ?? [], 'warn'),
      violations: body?.violations,
      error: undefined,
    };
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!(error instanceof ApiError)) throw error;
    const said = error.status === 422 || error.status === 400 || error.status === 413;
    const errors = error.errors.length > 0 ? error.errors : [{ path: '', reason: error.message }];
    return {
      text,
      faults: said ? faultsOf(text, errors, 'bad') : [],
      violations: undefined,
      error: said ? undefined : error,
    };
  }
}
