// Lays pauses on the heads of services' rules, and keeps the one of the whole cell for services that come later.
import { keys } from '../keys.ts';
import type { Item, Table } from '../port.ts';
import { layBesideRules } from './beside-rules.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';
import { pauseOf, type Pause } from './pause.ts';

/** A pause with who laid it and when; one that was lifted has `until: 0`. */
export interface LaidPause extends Pause {
  readonly by: string;
  /** ms since the epoch. Of two pauses the later one holds, whichever is written last: each knows its place. */
  readonly at: number;
}

export type CellWritten =
  { readonly applied: true } | { readonly applied: false; readonly pause: LaidPause | undefined };

/** The pause of the whole cell that was laid or lifted last; undefined when there never was one. */
export async function readCellPause(table: Table): Promise<LaidPause | undefined> {
  return laidOf(await table.get(keys.pause(), { consistent: true }));
}

/** Writes the cell's pause if it still is the one that was `seen`, by its `at`; otherwise tells which it is. */
export async function writeCellPause(table: Table, pause: LaidPause, seen: number | undefined): Promise<CellWritten> {
  const written = await table.put({
    item: { ...keys.pause(), v: ITEM_VERSION, ...attributesOf(pause) },
    names: { '#at': 'pausedAt' },
    ...(seen === undefined
      ? { condition: 'attribute_not_exists(#at)' }
      : { condition: '#at = :seen', values: { ':seen': seen } }),
  });
  return written.applied ? { applied: true } : { applied: false, pause: laidOf(written.item) };
}

/**
 * Lays a pause on one service, whether or not it has published anything. False, and nothing is changed, when a later one
 * has been laid on it.
 */
export function pauseService(table: Table, service: string, pause: LaidPause): Promise<boolean> {
  const { paused, pausedAt } = attributesOf(pause);
  return layBesideRules(table, service, ['paused', paused], ['pausedAt', pausedAt]);
}

/** The pause that was last laid on a service, for it alone or with the cell. */
export async function readServicePause(table: Table, service: string): Promise<LaidPause | undefined> {
  return laidOf(await table.get(keys.rulesHead(service), { consistent: true }));
}

function attributesOf({ priority, until, reason, by, at }: LaidPause) {
  return { paused: { priority, until, reason, by }, pausedAt: at };
}

function laidOf(item: Item | undefined): LaidPause | undefined {
  const pause = pauseOf(item?.['paused']);
  if (!item || !pause) return undefined;
  const { paused } = item;
  const by = typeof paused === 'object' && paused !== null && 'by' in paused ? paused['by'] : undefined;
  return { ...pause, by: typeof by === 'string' ? by : '', at: fieldsOf(item).number('pausedAt') };
}
