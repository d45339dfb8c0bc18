// How far the merge of all services' minutes has come, and whose turn it is to go on: one item.
import { keys } from '../keys.ts';
import type { CallOptions, Item, Table, Value } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

/** Beginnings of minutes, epoch ms: [from, to). */
export type OpenRange = readonly [from: number, to: number];

/** Whose minutes are open: a service's, or those of every service. */
export const EVERY_SERVICE = '*';

export interface MergeProgress {
  /** Minutes that begin before this, epoch ms, are merged for good, but for those that are open. */
  readonly upTo: number;
  /** What earlier ticks could not merge, by service; ascending. */
  readonly open: { readonly [service: string]: readonly OpenRange[] };
  /** By service: what is to be merged once more, since instances put some of it late. Nobody is told of it again. */
  readonly late?: { readonly [service: string]: OpenRange };
}

export interface MergeTurn {
  /** Grows with every turn. */
  readonly fence: number;
  /** Undefined before the first turn has ended. */
  readonly progress: MergeProgress | undefined;
}

/** Takes the next turn. Whoever had the one before can no longer say how far it came. */
export async function takeTurn(table: Table, options: CallOptions = {}): Promise<MergeTurn> {
  const { item = {} } = await table.update({
    key: keys.mergeProgress(),
    update: 'ADD #fence :one SET #v = :v',
    names: { '#fence': 'fence', '#v': 'v' },
    values: { ':one': 1, ':v': ITEM_VERSION },
    ...options,
  });
  return { fence: fieldsOf(item).number('fence'), progress: progressOf(item) };
}

/** Says how far this turn has come. False when another one has begun: then nothing of this one counts. */
export async function commitTurn(
  table: Table,
  fence: number,
  { upTo, open, late = {} }: MergeProgress,
  options: CallOptions = {},
): Promise<boolean> {
  const { applied } = await table.update({
    key: keys.mergeProgress(),
    update: 'SET #upTo = :upTo, #open = :open, #late = :late',
    condition: '#fence = :fence',
    names: { '#upTo': 'upTo', '#open': 'open', '#late': 'late', '#fence': 'fence' },
    values: { ':upTo': upTo, ':open': plain(open), ':late': plainLate(late), ':fence': fence },
    ...options,
  });
  return applied;
}

/** Undefined before the merge has ever run. */
export async function readMergeProgress(table: Table, options: CallOptions = {}): Promise<MergeProgress | undefined> {
  const item = await table.get(keys.mergeProgress(), options);
  return item && progressOf(item);
}

function plain(open: MergeProgress['open']): Value {
  return Object.fromEntries(
    Object.entries(open).map(([service, ranges]) => [service, ranges.map((range) => [...range])]),
  );
}

function plainLate(late: NonNullable<MergeProgress['late']>): Value {
  return Object.fromEntries(Object.entries(late).map(([service, range]) => [service, [...range]]));
}

function progressOf(item: Item): MergeProgress | undefined {
  const upTo = fieldsOf(item).optionalNumber('upTo');
  if (upTo === undefined) return undefined;
  const { open = {}, late = {} } = item as unknown as Partial<MergeProgress>;
  return { upTo, open, ...(Object.keys(late).length === 0 ? {} : { late }) };
}
