// Marks: that there may be something new to say of a job or a check. Each waits in the index of what is due until whoever
// evaluates alerts has looked at what it is about.
import { dueAlertMarks, keys } from '../keys.ts';
import { StoreUnavailable, type Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION, UnreadableItem } from './fields.ts';

/** What a mark is about: `job/<service>/<job>`, or `check/<service>/<unique key>`; a UUID would let its reader ping. */
export type MarkSubject = `${'job' | 'check'}/${string}`;

export interface Mark {
  readonly subject: MarkSubject;
  /** Counts what was marked of this subject: it tells a mark from those after it. */
  readonly n: number;
  /** Epoch ms: what is to be looked at again then, whatever is found now. */
  readonly laterAt?: number | undefined;
}

export const jobSubject = ({ service, job }: { readonly service: string; readonly job: string }): MarkSubject =>
  `job/${service}/${job}`;

/** Marks `subject` now. `atMs` orders marks: those of what went wrong first are looked at first. */
export async function putMark(table: Table, subject: MarkSubject, atMs: number): Promise<void> {
  await table.update({
    key: keys.alertMark(subject),
    update: 'SET #v = :v, #subject = :subject, #due = :due, dueAt = :at ADD n :one',
    names: { '#v': 'v', '#subject': 'subject', '#due': 'due' },
    values: { ':v': ITEM_VERSION, ':subject': subject, ':due': dueAlertMarks, ':at': atMs, ':one': 1 },
  });
}

/**
 * Marks what an item's write tells of, then has the item no longer say that this is to be done. False when the store went
 * away meanwhile: the item stays due, and whoever looks at it next does this again.
 */
export async function markedThen(
  table: Table,
  { subjects, atMs }: { readonly subjects: readonly MarkSubject[]; readonly atMs: number },
  saySo: () => Promise<unknown>,
): Promise<boolean> {
  try {
    for (const subject of subjects) await putMark(table, subject, atMs);
    await saySo();
    return true;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return false;
  }
}

/** Has `subject` looked at again at `atMs` at the latest; what is marked and taken until then does not undo it. */
export async function putMarkLater(table: Table, subject: MarkSubject, atMs: number, nowMs: number): Promise<void> {
  await table.update({
    key: keys.alertMark(subject),
    update:
      'SET #v = :v, #subject = :subject, #due = :due, dueAt = if_not_exists(dueAt, :at), laterAt = :at ADD n :one',
    // Of two the sooner one counts, unless its time is over.
    condition: 'attribute_not_exists(laterAt) OR laterAt > :at OR laterAt <= :now',
    names: { '#v': 'v', '#subject': 'subject', '#due': 'due' },
    values: {
      ...{ ':v': ITEM_VERSION, ':subject': subject, ':due': dueAlertMarks },
      ...{ ':at': atMs, ':now': nowMs, ':one': 1 },
    },
  });
}

/**
 * Takes a mark away once what it is about has been read, after the mark, and what was found is written; what was found is
 * looked at again at `againAt`. False when it is another one by now, or somebody else has taken it. `lookedAtMs` is when
 * reading began: what is to be looked at later than that still is.
 */
export async function takeMark(
  table: Table,
  { subject, n, laterAt = 0 }: Mark,
  lookedAtMs: number,
  againAt = Infinity,
): Promise<boolean> {
  const condition = 'n = :seen AND attribute_exists(dueAt)';
  const key = keys.alertMark(subject);
  const next = Math.min(laterAt > lookedAtMs ? laterAt : Infinity, againAt);
  // The count stays, so that nobody who is slow takes a later mark for this one.
  const taken = await (Number.isFinite(next)
    ? table.update({
        ...{ key, condition },
        update: 'SET dueAt = :next, laterAt = :next',
        values: { ':seen': n, ':next': next },
      })
    : table.update({
        ...{ key, condition },
        update: 'REMOVE #due, dueAt, laterAt',
        names: { '#due': 'due' },
        values: { ':seen': n },
      }));
  return taken.applied;
}

/** What marks there are by `nowMs`, oldest first. `strangers` counts items that anybody else has put into the index. */
export async function listMarks(
  table: Table,
  nowMs: number,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ readonly marks: Mark[]; readonly strangers: number; readonly cursor?: string }> {
  const { limit, cursor: from } = page;
  const { items, cursor } = await table.query({
    pk: dueAlertMarks,
    index: { name: 'due', dueUpTo: nowMs },
    limit,
    ...(from === undefined ? {} : { cursor: from }),
  });
  const marks = items.flatMap((item): Mark[] => {
    const mark = markOf(item);
    return mark === undefined ? [] : [mark];
  });
  return { marks, strangers: items.length - marks.length, ...(cursor === undefined ? {} : { cursor }) };
}

/** The mark as it stands; undefined when there is none. */
export async function readMark(table: Table, subject: MarkSubject): Promise<Mark | undefined> {
  const item = await table.get(keys.alertMark(subject), { consistent: true });
  return item?.['dueAt'] === undefined ? undefined : markOf(item);
}

function markOf(item: Parameters<typeof fieldsOf>[0]): Mark | undefined {
  try {
    const { text, number, optionalNumber } = fieldsOf(item);
    const subject = text('subject');
    if (!isSubject(subject) || item['pk'] !== keys.alertMark(subject).pk) return undefined;
    return { subject, n: number('n'), laterAt: optionalNumber('laterAt') };
  } catch (error) {
    if (error instanceof UnreadableItem) return undefined;
    throw error;
  }
}

export const isSubject = (text: string): text is MarkSubject => /^(job|check)\/[^/]+\/[^/]+$/.test(text);
