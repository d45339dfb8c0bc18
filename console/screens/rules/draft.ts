// The draft being edited: as it stands, as it was typed, saved only over what was seen.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { refreshed, useLive } from '../../api/live.ts';
import { ApiError } from '../../api/problem.ts';
import type { Revisions, Standing } from './answers.ts';
import { keep, keptOf } from './kept.ts';
import { IN_FORCE_MS, inForcePath, templateOf, type Subject } from './subject.ts';

/** Until a draft that could not be read is looked for again. */
const AGAIN_MS = 5_000;
const YAML = { accept: 'application/yaml' };

/** A text with what is known of it. */
export interface Stored {
  readonly source: string;
  /** Undefined while there is no draft. */
  readonly etag: string | undefined;
  readonly author: string;
  readonly updatedAt: string | undefined;
  readonly inForce: boolean;
  /** In force; 0 for nothing. */
  readonly revision: number;
}

export interface Draft {
  readonly stored: Stored | undefined;
  readonly error: ApiError | undefined;
  readonly text: string;
  readonly isDirty: boolean;
  /** What was typed is from before the page was loaded. */
  readonly isRestored: boolean;
  /** What somebody else has published since, which what is typed does not begin from. */
  readonly published: number | undefined;
  /** Somebody else's draft, which stands by now in place of the one that was edited. */
  readonly other: Stored | undefined;
  readonly type: (text: string) => void;
  /** Rejects as the API does, but for a draft that changed meanwhile, which becomes `other`: resolves with whether it is saved. */
  readonly save: () => Promise<boolean>;
  /** Goes on from the other draft: with its text, or with one that was made of both. */
  readonly takeOver: (text?: string) => void;
  readonly revert: () => void;
  readonly load: () => Promise<void>;
}

const unquoted = (etag: string | undefined): string | undefined => etag?.replaceAll('"', '');

/** The draft, or what a first one would be made of: what is in force, or a template. */
export async function readStored(subject: Subject): Promise<Stored> {
  const { api } = subject;
  try {
    const { body = '', etag, headers } = await ask<string>(`${api}/draft`, { headers: YAML });
    return {
      source: body,
      etag: unquoted(etag),
      author: decodeURI(headers.get('flyball-draft-author') ?? ''),
      updatedAt: headers.get('flyball-draft-updated-at') ?? undefined,
      inForce: headers.get('flyball-draft-in-force') === 'true',
      revision: Number(headers.get('flyball-revision') ?? 0),
    };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  }
  const { body } = await ask<Revisions>(`${api}/revisions?limit=1`);
  const newest = body?.revisions[0];
  const none = { etag: undefined, author: '', updatedAt: undefined, inForce: false };
  if (!newest || newest.state === 'removal') {
    return { ...none, source: templateOf(subject), revision: newest?.revision ?? 0 };
  }
  const { body: source = '' } = await ask<string>(`${api}/revisions/${String(newest.revision)}`, { headers: YAML });
  return { ...none, source, revision: newest.revision };
}

export function useDraft(subject: Subject): Draft {
  const { api, name } = subject;
  const kept = useRef(keptOf(name));
  const [stored, setStored] = useState<Stored>();
  const [other, setOther] = useState<Stored>();
  const [published, setPublished] = useState<number>();
  const [error, setError] = useState<ApiError>();
  const [text, setText] = useState(kept.current?.text ?? '');
  const [isRestored, setRestored] = useState(false);
  const now = useRef({ text, stored, isDirty: false });
  const isDirty = stored !== undefined && text !== stored.source;
  now.current = { text, stored, isDirty };

  const begin = useCallback((from: Stored, typed = from.source) => {
    setStored(from);
    setOther(undefined);
    setPublished(undefined);
    setText(typed);
    setError(undefined);
  }, []);

  const load = useCallback(async () => {
    try {
      const read = await readStored(subject);
      const { text: typed, stored: before, isDirty: wasDirty } = now.current;
      const earlier = before ? undefined : kept.current;
      if (earlier && earlier.text !== read.source) {
        setRestored(true);
        if (earlier.etag === read.etag) return begin(read, earlier.text);
        begin({ ...read, source: earlier.base, etag: earlier.etag }, earlier.text);
        return setOther(read);
      }
      if (!before || !wasDirty || typed === read.source) return begin(read);
      if (before.revision !== read.revision) setPublished(read.revision);
      if (before.etag === read.etag) return setStored(read);
      setOther(read);
    } catch (caught) {
      if (!(caught instanceof ApiError)) throw caught;
      setError(caught);
    }
  }, [api]);

  useEffect(() => void load(), [load]);
  useEffect(() => {
    if (!error || stored) return;
    const timer = setTimeout(() => void load(), Math.max(AGAIN_MS, error.retryAfterMs ?? 0));
    return () => clearTimeout(timer);
  }, [error]);

  // Whoever else puts a draft is noticed within seconds.
  const { etag: seen } = useLive(`${api}/draft`);
  useEffect(() => {
    const known = now.current.stored;
    if (seen !== undefined && known && unquoted(seen) !== known.etag && unquoted(seen) !== other?.etag) void load();
  }, [seen]);

  // So is whoever publishes, also this very draft.
  const { etag: inForce } = useLive(inForcePath(subject), IN_FORCE_MS);
  const wasInForce = useRef(inForce);
  useEffect(() => {
    if (wasInForce.current !== undefined && now.current.stored) void load();
    wasInForce.current = inForce;
  }, [inForce]);

  useEffect(() => {
    if (!stored) return;
    const timer = setTimeout(() => keepNow(name, now.current), 300);
    return () => clearTimeout(timer);
  }, [text, stored]);
  useEffect(() => {
    const flush = () => keepNow(name, now.current);
    addEventListener('pagehide', flush);
    return () => {
      removeEventListener('pagehide', flush);
      flush();
    };
  }, [name]);

  const save = async (): Promise<boolean> => {
    if (!stored) return false;
    const condition = stored.etag === undefined ? { 'if-none-match': '*' } : { 'if-match': `"${stored.etag}"` };
    try {
      const { headers, etag } = await ask<string>(`${api}/draft`, {
        method: 'PUT',
        body: text,
        headers: { ...YAML, 'content-type': 'application/yaml', ...condition },
      });
      const saved: Stored = {
        source: text,
        etag: unquoted(etag),
        author: decodeURI(headers.get('flyball-draft-author') ?? ''),
        updatedAt: headers.get('flyball-draft-updated-at') ?? undefined,
        inForce: headers.get('flyball-draft-in-force') === 'true',
        revision: Number(headers.get('flyball-revision') ?? stored.revision),
      };
      // What was typed while it was on its way stays typed.
      setStored(saved);
      setOther(undefined);
      setPublished(undefined);
      setRestored(false);
      void refreshed(api);
      void refreshed('/v1/services?');
      return true;
    } catch (caught) {
      if (!(caught instanceof ApiError) || caught.code !== 'DRAFT_CHANGED') throw caught;
      const standing = caught.body['draft'] as Standing | undefined;
      setOther(
        standing
          ? { ...standing, inForce: false, revision: stored.revision }
          : { ...stored, etag: undefined, author: '', updatedAt: undefined },
      );
      return false;
    }
  };

  return {
    ...{ stored, error, text, isDirty, isRestored, published, other, save, load },
    type: setText,
    takeOver: (made) => {
      if (other) begin(other, made);
      setRestored(false);
    },
    revert: () => {
      if (stored) setText(stored.source);
      setRestored(false);
    },
  };
}

function keepNow(
  name: string,
  { text, stored, isDirty }: { text: string; stored: Stored | undefined; isDirty: boolean },
) {
  if (!stored) return;
  const { source: base, etag } = stored;
  keep(name, isDirty ? { text, base, ...(etag === undefined ? {} : { etag }) } : undefined);
}
