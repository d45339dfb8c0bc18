// Publishes rules and remembers what was published; drafts, the service list and the instances' reads are re-exported.
import { keys, RULE_COPIES } from '../keys.ts';
import type { Item, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';
import { packDocument, packSource } from './rules-pack.ts';
import { headOf, readDocument, readHead, type RulesHead, unpack } from './rules-read.ts';
import { listService } from './services.ts';

export { RulesTooLarge } from './rules-pack.ts';
export { readDocument, readHead, type RulesHead } from './rules-read.ts';
export { type Draft, type DraftWrite, type DraftWritten, readDraft, writeDraft } from './rules-draft.ts';
export { listServices, readService, type ServiceEntry } from './services.ts';

export interface Publication {
  readonly service: string;
  /** The validated document; stored as JSON. */
  readonly document: object;
  /** The text it was made from. */
  readonly source: string;
  readonly author: string;
  readonly note: string;
  /** ms since the epoch. */
  readonly at: number;
  /** The head's `seq` the publisher has seen; 0 when nothing has been published. */
  readonly expectedSeq: number;
  /** The oldest library that understands the whole document; none when every library does. */
  readonly needs?: string | undefined;
}

export type Published =
  | { readonly applied: true; readonly head: RulesHead }
  | { readonly applied: false; readonly head: RulesHead | undefined };

export interface RevisionRecord {
  readonly revision: number;
  readonly seq: number;
  readonly author: string;
  readonly note: string;
  /** ms since the epoch. */
  readonly publishedAt: number;
}

export interface Revision extends RevisionRecord {
  readonly source: string;
  readonly document: unknown;
}

/**
 * Publishes a document as the service's next revision, if the head still has `expectedSeq`; otherwise tells the head as
 * it stands. Throws `RulesTooLarge`. If it rejects with `StoreUnavailable`, the revision may have been published: read
 * the head before trying again (the same `expectedSeq` cannot publish twice).
 *
 * Everything is written before the head, and two publishers may be at it for the same revision number at once:
 *
 *     A  reserve fence 1 ── write copies ──────────────────────────── head if fence = 1: refused
 *     B          reserve fence 2 ── write copies over A's ── head if fence = 2: applied
 *
 * Each first takes a fence, a number that only grows. Copies are written only over those of a lower fence, so that A
 * cannot overwrite B's however late it wakes; the head accepts the newest fence alone. So what the head names was
 * written by whoever wrote the head, no number is skipped, and a publisher that dies leaves nothing to clean up.
 */
export async function publishRevision(table: Table, publication: Publication): Promise<Published> {
  const { service, author, note, at, expectedSeq, needs } = publication;
  const document = packDocument(publication.document);
  const source = packSource(publication.source);

  const reserved = await reserve(table, service, expectedSeq);
  if (!reserved.applied) return { applied: false, head: headOf(reserved.item) };
  const fence = fieldsOf(reserved.item).number('fence');
  const head = {
    seq: expectedSeq + 1,
    revision: (headOf(reserved.item)?.revision ?? 0) + 1,
    publishedAt: at,
    ...(needs === undefined ? {} : { needs }),
  };
  const { revision } = head;

  const copies = Array.from({ length: RULE_COPIES }, (_, copy) => ({
    ...keys.rulesCopy(service, revision, copy),
    document,
  }));
  const parts = [
    { ...keys.revision(service, revision), ...head, author, note },
    { ...keys.revisionSource(service, revision), source },
    ...copies,
  ];
  const written = await Promise.all([
    listService(table, service, at).then(() => true),
    ...parts.map((part) => putFenced(table, { ...part, v: ITEM_VERSION, fence })),
  ]);
  if (!written.every(Boolean)) return { applied: false, head: await readHead(table, service, { consistent: true }) };
  return commit(table, service, head, expectedSeq, fence);
}

/** Takes the next fence, if the head is still the one expected. */
function reserve(table: Table, service: string, expectedSeq: number) {
  const { condition, names, values } = standing(expectedSeq);
  return table.update({
    key: keys.rulesHead(service),
    update: 'ADD #fence :one SET #v = :v',
    condition,
    names: { ...names, '#fence': 'fence', '#v': 'v' },
    values: { ...values, ':one': 1, ':v': ITEM_VERSION },
  });
}

async function putFenced(table: Table, item: Item & { pk: string; sk: string; fence: number }): Promise<boolean> {
  const { applied } = await table.put({
    item,
    condition: 'attribute_not_exists(pk) OR #fence <= :mine',
    names: { '#fence': 'fence' },
    values: { ':mine': item.fence },
  });
  return applied;
}

async function commit(
  table: Table,
  service: string,
  head: RulesHead,
  expectedSeq: number,
  fence: number,
): Promise<Published> {
  const { condition, names, values } = standing(expectedSeq);
  const written = await table.update({
    key: keys.rulesHead(service),
    update: `SET #seq = :seq, #revision = :revision, #publishedAt = :publishedAt${
      head.needs === undefined ? ' REMOVE #needs' : ', #needs = :needs'
    }`,
    condition: `#fence = :fence AND ${condition}`,
    names: {
      ...names,
      '#seq': 'seq',
      '#revision': 'revision',
      '#publishedAt': 'publishedAt',
      '#needs': 'needs',
      '#fence': 'fence',
    },
    values: {
      ...values,
      ':seq': head.seq,
      ':revision': head.revision,
      ':publishedAt': head.publishedAt,
      ':fence': fence,
      ...(head.needs === undefined ? {} : { ':needs': head.needs }),
    },
  });
  return written.applied ? { applied: true, head } : { applied: false, head: headOf(written.item) };
}

/** The condition that the head has this sequence number; 0 stands for none yet. */
function standing(expectedSeq: number) {
  const names = { '#seq': 'seq' };
  if (expectedSeq === 0) return { condition: 'attribute_not_exists(#seq)', names, values: {} };
  return { condition: '#seq = :expected', names, values: { ':expected': expectedSeq } };
}

/** The published revisions of a service, newest first. */
export async function listRevisions(
  table: Table,
  service: string,
  page: { readonly cursor?: string; readonly limit?: number } = {},
): Promise<{ readonly revisions: RevisionRecord[]; readonly cursor?: string }> {
  // A publisher that lost its race may have left the record of a number beyond the head's.
  const head = await readHead(table, service, { consistent: true });
  if (head === undefined) return { revisions: [] };
  const [first, last] = [keys.revision(service, 0), keys.revision(service, head.revision)];
  const { items, cursor } = await table.query({
    pk: last.pk,
    sk: { between: [first.sk, last.sk] },
    descending: true,
    consistent: true,
    ...page,
  });
  return { revisions: items.map(recordOf), ...(cursor === undefined ? {} : { cursor }) };
}

/** One published revision with its source and document, or undefined if that number has not been published. */
export async function readRevision(table: Table, service: string, revision: number): Promise<Revision | undefined> {
  const head = await readHead(table, service, { consistent: true });
  if (head === undefined || revision > head.revision) return undefined;
  const [record, source] = await Promise.all([
    table.get(keys.revision(service, revision), { consistent: true }),
    table.get(keys.revisionSource(service, revision), { consistent: true }),
  ]);
  if (record === undefined || source === undefined) return undefined;
  const document = await readDocument(table, service, revision, 0);
  return { ...recordOf(record), source: unpack(fieldsOf(source).bytes('source')), document };
}

function recordOf(item: Item): RevisionRecord {
  const { text, number } = fieldsOf(item);
  return {
    revision: number('revision'),
    seq: number('seq'),
    author: text('author'),
    note: text('note'),
    publishedAt: number('publishedAt'),
  };
}
