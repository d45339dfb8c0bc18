// Publishes rules and remembers what was published; drafts, the service list and the instances' reads are re-exported.
import { keys, RULE_COPIES } from '../keys.ts';
import type { Item, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';
import { packDocument, packSource } from './rules-pack.ts';
import { packGray, type Gray, type GrayTerms } from './gray.ts';
import { planItem, type PlanTerms } from './gray-plan.ts';
import { headOf, readDocument, readHead, type RulesHead, unpack } from './rules-read.ts';
import { changeHead, readState, standing, stateOf, type Published, type RulesState, type Turn } from './rules-state.ts';
import { listService } from './services.ts';

export { etagOf, RulesTooLarge } from './rules-pack.ts';
export { readDocument, readHead, type RulesHead } from './rules-read.ts';
export { laterThan, type Published, readState, type GrayEnd, type RulesState } from './rules-state.ts';
export { type Draft, type DraftWrite, type DraftWritten, readDraft, writeDraft } from './rules-draft.ts';
export {
  listDraft,
  listRules,
  listServices,
  readService,
  type ListedDraft,
  type ListedRules,
  type ServiceEntry,
} from './services.ts';

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
  /** The part of the fleet that is given it; the whole fleet when left out, which ends a gray publication under way. */
  readonly gray?: GrayTerms | undefined;
  /** What is to become of a gray publication; the default plan when left out. */
  readonly plan?: PlanTerms | undefined;
  /** Whether there are to be no rules from here on: instances are given a document without any. */
  readonly removes?: boolean;
}

export interface RevisionRecord {
  readonly revision: number;
  readonly seq: number;
  readonly author: string;
  readonly note: string;
  /** ms since the epoch. */
  readonly publishedAt: number;
  /**
   * `gray` while part of the fleet is given it, `current` what the rest is given, `aborted` what only a part was ever
   * given, `past` what was current before; `removal` since when there were no rules.
   */
  readonly state: 'gray' | 'current' | 'aborted' | 'past' | 'removal';
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
 *
 * A gray publication leaves the head's revision as it is and puts its own beside it, in the same one write. A number is
 * taken for good by that write, whatever becomes of the publication.
 */
export async function publishRevision(table: Table, publication: Publication): Promise<Published> {
  const { service, author, note, at, expectedSeq, needs, gray: terms, removes = false } = publication;
  const document = packDocument(publication.document);
  const source = packSource(publication.source);

  const reserved = await reserve(table, service, expectedSeq);
  if (!reserved.applied) return { applied: false, head: headOf(reserved.item) };
  const fence = fieldsOf(reserved.item).number('fence');
  const before = stateOf(reserved.item);
  const [seq, revision] = [expectedSeq + 1, before.last + 1];
  const needing = needs === undefined ? {} : { needs };
  const gray = terms && { ...terms, revision, startedAt: at, step: 0, ...needing };

  const copies = Array.from({ length: RULE_COPIES }, (_, copy) => ({
    ...keys.rulesCopy(service, revision, copy),
    document,
  }));
  const parts = [
    {
      ...keys.revision(service, revision),
      ...{ seq, revision, publishedAt: at, ...needing, author, note, ...(removes ? { removed: true } : {}) },
    },
    { ...keys.revisionSource(service, revision), source },
    ...(gray ? [planItem(service, { ...gray, baseRevision: baseOf(before), author, note }, publication.plan)] : []),
    ...copies,
  ];
  const written = await Promise.all([
    listService(table, service, at).then(() => true),
    // The head remembers how one gray publication ended, and is about to need the place for this one's end.
    gray ? recordEnd(table, service, before).then(() => true) : true,
    ...parts.map((part) => putFenced(table, { ...part, v: ITEM_VERSION, fence })),
  ]);
  if (!written.every(Boolean)) return { applied: false, head: await readHead(table, service, { consistent: true }) };
  if (gray) return commitGray(table, service, gray, { seq, at, expectedSeq, fence });
  return commit(
    table,
    service,
    { seq, revision, publishedAt: at, ...needing },
    { before, removes, expectedSeq, fence },
  );
}

/** What the rest of the fleet runs while a part is given another. */
function baseOf({ head }: RulesState): number {
  if (head) return head.revision;
  throw new RangeError('Part of a fleet can only be given other rules than the rest: publish to the whole fleet first');
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

function commit(
  table: Table,
  service: string,
  head: RulesHead,
  { before, removes, ...turn }: Turn & { readonly before: RulesState; readonly removes: boolean },
): Promise<Published> {
  const { gray } = before;
  const { needs, seq, revision, publishedAt } = head;
  return changeHead(table, service, turn, {
    set: {
      seq,
      revision,
      publishedAt,
      last: revision,
      ...(needs === undefined ? {} : { needs }),
      ...(gray ? { ended: { revision: gray.revision, how: 'aborted' } } : {}),
      ...(removes ? { removed: true } : {}),
    },
    remove: ['gray', 'changedAt', ...(needs === undefined ? ['needs'] : []), ...(removes ? [] : ['removed'])],
  });
}

function commitGray(
  table: Table,
  service: string,
  gray: Gray,
  { seq, at, ...turn }: Turn & { readonly seq: number; readonly at: number },
): Promise<Published> {
  const set = { seq, last: gray.revision, changedAt: at, gray: packGray(gray) };
  return changeHead(table, service, turn, { set, remove: [] });
}

/** Says on the record of a revision how its gray publication ended; the head says so until then. */
async function recordEnd(table: Table, service: string, { ended }: RulesState): Promise<void> {
  if (!ended) return;
  await table.update({
    key: keys.revision(service, ended.revision),
    update: 'SET #end = :how',
    condition: 'attribute_exists(pk)',
    names: { '#end': 'end' },
    values: { ':how': ended.how },
  });
}

/** The published revisions of a service, newest first. */
export async function listRevisions(
  table: Table,
  service: string,
  page: { readonly cursor?: string; readonly limit?: number } = {},
): Promise<{ readonly revisions: RevisionRecord[]; readonly cursor?: string }> {
  // A publisher that lost its race may have left the record of a number beyond the head's.
  const state = await readState(table, service);
  if (state.head === undefined) return { revisions: [] };
  const [first, last] = [keys.revision(service, 0), keys.revision(service, state.last)];
  const { items, cursor } = await table.query({
    pk: last.pk,
    sk: { between: [first.sk, last.sk] },
    descending: true,
    consistent: true,
    ...page,
  });
  return { revisions: items.map((item) => recordOf(item, state)), ...(cursor === undefined ? {} : { cursor }) };
}

/** One published revision with its source and document, or undefined if that number has not been published. */
export async function readRevision(table: Table, service: string, revision: number): Promise<Revision | undefined> {
  const state = await readState(table, service);
  if (revision > state.last) return undefined;
  const [record, source] = await Promise.all([
    table.get(keys.revision(service, revision), { consistent: true }),
    table.get(keys.revisionSource(service, revision), { consistent: true }),
  ]);
  if (record === undefined || source === undefined) return undefined;
  const document = await readDocument(table, service, revision, 0);
  return { ...recordOf(record, state), source: unpack(fieldsOf(source).bytes('source')), document };
}

function recordOf(item: Item, state: RulesState): RevisionRecord {
  const { text, number, optionalText } = fieldsOf(item);
  const revision = number('revision');
  return {
    revision,
    seq: number('seq'),
    author: text('author'),
    note: text('note'),
    publishedAt: number('publishedAt'),
    state: item['removed'] === true ? 'removal' : stateOfRevision(revision, optionalText('end'), state),
  };
}

/** `end` is how its gray publication ended, as its record has it. */
function stateOfRevision(revision: number, end: string | undefined, { head, gray, ended }: RulesState) {
  if (revision === gray?.revision) return 'gray';
  if (revision === head?.revision) return 'current';
  return (ended?.revision === revision ? ended.how : end) === 'aborted' ? 'aborted' : 'past';
}
