// Drafts: the rules of a service being edited, guarded against two editors overwriting each other.
import { keys } from '../keys.ts';
import type { Item, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';
import { etagOf, packSource } from './rules-pack.ts';
import { unpack } from './rules-read.ts';
import { listService } from './services.ts';

export interface Draft {
  /** As its author wrote it, YAML or JSON, comments and all. */
  readonly source: string;
  /** Without quotes. */
  readonly etag: string;
  readonly author: string;
  /** Who that is whatever they are called; drafts of flyball before 0.3.0 have none. */
  readonly authorIdentity?: string;
  /** Tells this writing from others of the same text; drafts of flyball before 0.3.0 have none. */
  readonly writing?: string;
  /** ms since the epoch. */
  readonly updatedAt: number;
}

export interface DraftWrite {
  readonly service: string;
  readonly source: string;
  readonly author: string;
  readonly authorIdentity?: string;
  readonly writing?: string;
  /** ms since the epoch. */
  readonly at: number;
  /** The ETag the editor started from; null if there must be no draft yet; left out to overwrite whatever stands. */
  readonly ifMatch?: string | null;
}

export type DraftWritten =
  { readonly applied: true; readonly draft: Draft } | { readonly applied: false; readonly draft: Draft | undefined };

export async function readDraft(table: Table, service: string): Promise<Draft | undefined> {
  const item = await table.get(keys.draft(service), { consistent: true });
  return item && draftOf(item);
}

/**
 * Writes the draft, or says which draft stands when it is not the one expected, or says the same already: whoever wrote
 * it first stays its author, however closely others follow. Throws `RulesTooLarge`.
 */
export async function writeDraft(table: Table, write: DraftWrite): Promise<DraftWritten> {
  const { service, source, author, authorIdentity, writing, at, ifMatch } = write;
  const etag = etagOf(source);
  const item = {
    ...keys.draft(service),
    v: ITEM_VERSION,
    source: packSource(source),
    etag,
    author,
    authorIdentity,
    writing,
    updatedAt: at,
  };
  const known = present({ authorIdentity, writing });
  await listService(table, service, at);
  const written = await table.put({ item, ...expecting(etag, ifMatch) });
  if (written.applied) return { applied: true, draft: { source, etag, author, updatedAt: at, ...known } };
  return { applied: false, draft: written.item && draftOf(written.item) };
}

function expecting(etag: string, ifMatch: string | null | undefined) {
  if (ifMatch === null) return { condition: 'attribute_not_exists(pk)' };
  const names = { '#etag': 'etag' };
  if (ifMatch === undefined)
    return { condition: 'attribute_not_exists(pk) OR #etag <> :new', names, values: { ':new': etag } };
  return { condition: '#etag = :etag AND #etag <> :new', names, values: { ':etag': ifMatch, ':new': etag } };
}

function draftOf(item: Item): Draft {
  const { text, number, bytes, optionalText } = fieldsOf(item);
  return {
    source: unpack(bytes('source')),
    etag: text('etag'),
    author: text('author'),
    ...present({ authorIdentity: optionalText('authorIdentity'), writing: optionalText('writing') }),
    updatedAt: number('updatedAt'),
  };
}

function present({ authorIdentity, writing }: Record<'authorIdentity' | 'writing', string | undefined>) {
  return {
    ...(authorIdentity === undefined ? {} : { authorIdentity }),
    ...(writing === undefined ? {} : { writing }),
  };
}
