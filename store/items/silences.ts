// Silences: for how long nobody is told of alerts that fit, and why. Kept a while after they are over.
import { alertKeys } from '../alert-keys.ts';
import type { Item, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION, UnreadableItem } from './fields.ts';

/** Times are ms since the epoch. */
export interface Silence {
  readonly id: string;
  /** The fields of a matcher of the routing document. */
  readonly match: { readonly [field: string]: readonly string[] | undefined };
  readonly from: number;
  readonly until: number;
  readonly reason: string;
  readonly by: string;
  /** When it last kept anybody from being told, to the hour. */
  readonly matchedAt?: number | undefined;
  /** Somebody ended it before its time. */
  readonly ended?: { readonly at: number; readonly by: string } | undefined;
}

/** Each tick reads all that are kept; the audit log knows of them for longer. */
const KEPT_MS = 14 * 86_400_000;
const expirationOf = (overAt: number): number => Math.ceil((overAt + KEPT_MS) / 1000);

export const isInForce = ({ from, until, ended }: Silence, nowMs: number): boolean =>
  from <= nowMs && nowMs < until && ended === undefined;

export async function putSilence(table: Table, silence: Silence): Promise<void> {
  await table.put({ item: { ...alertKeys.silence(silence.id), ...itemOf(silence) } });
}

function itemOf({ match, ended, ...plain }: Silence): Item {
  const fields: Item = Object.fromEntries(
    Object.entries(match).map(([field, values]) => [field, values && [...values]]),
  );
  return {
    v: ITEM_VERSION,
    ...plain,
    match: fields,
    ended: ended && { ...ended },
    expiration: expirationOf(plain.until),
  };
}

export async function readSilence(table: Table, id: string): Promise<Silence | undefined> {
  const item = await table.get(alertKeys.silence(id), { consistent: true });
  return item && silenceOf(item);
}

/** Ends it; undefined when there is none, or none that is still to end. */
export async function endSilence(
  table: Table,
  id: string,
  ended: { readonly at: number; readonly by: string },
): Promise<Silence | undefined> {
  const written = await table.update({
    key: alertKeys.silence(id),
    update: 'SET #ended = :ended, expiration = :expiration',
    condition: 'attribute_exists(pk) AND attribute_not_exists(#ended) AND #until > :now',
    names: { '#ended': 'ended', '#until': 'until' },
    values: { ':ended': { ...ended }, ':now': ended.at, ':expiration': expirationOf(ended.at) },
  });
  return written.applied ? silenceOf(written.item) : undefined;
}

/** That it keeps somebody from being told; of a silence that is gone, nothing is written. */
export async function noteSilenced(table: Table, id: string, atMs: number): Promise<void> {
  await table.update({
    key: alertKeys.silence(id),
    update: 'SET matchedAt = :at',
    condition: 'attribute_exists(pk) AND (attribute_not_exists(matchedAt) OR matchedAt < :at)',
    values: { ':at': atMs },
  });
}

/** All that are kept, those that are over too; `unreadable` counts those that a newer flyball has written. */
export async function listSilences(
  table: Table,
): Promise<{ readonly silences: Silence[]; readonly unreadable: number }> {
  const silences: Silence[] = [];
  let unreadable = 0;
  let cursor: string | undefined;
  do {
    const page = await table.query({
      pk: alertKeys.silence('').pk,
      consistent: true,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const item of page.items) {
      try {
        silences.push(silenceOf(item));
      } catch (error) {
        if (!(error instanceof UnreadableItem)) throw error;
        unreadable++;
      }
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { silences, unreadable };
}

function silenceOf(item: Item): Silence {
  const { text, number, optionalNumber } = fieldsOf(item);
  return {
    id: text('sk'),
    match: item['match'] as Silence['match'],
    from: number('from'),
    until: number('until'),
    reason: text('reason'),
    by: text('by'),
    matchedAt: optionalNumber('matchedAt'),
    ended: item['ended'] as Silence['ended'],
  };
}
