// The lines that records wait in for a rule's tokens: how far each is taken, moved on by one conditional update a booking.
import { instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Item, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

export interface LineName {
  readonly service: string;
  readonly rule: string;
  readonly generation: string;
  /** Already hashed wherever the value may be a secret. */
  readonly key: string;
}

/** Which of a rule's two lines: of what comes for the first time, or of what has waited and found no token again. */
export type LineOf = 'fresh' | 'returning';

export interface Booking {
  readonly line: LineOf;
  /** Places are taken from here on, µs; an end of the line before it has passed. */
  readonly fromUs: number;
  /** What all places wanted take, µs. */
  readonly lengthUs: number;
}

/** Instances race for the same places only while the line begins or has just run out. */
const MOST_TRIES = 4;
/** Without a booking for so long there is nobody in it: SQS keeps no message longer. */
const KEPT_S = 15 * 86_400;

/**
 * Takes places at the end of a line.
 * @returns where they begin, µs; undefined when the race for them was lost every time.
 */
export async function bookPlaces(
  table: Table,
  name: LineName,
  { line, fromUs, lengthUs }: Booking,
  options?: CallOptions,
): Promise<number | undefined> {
  const key = instanceKeys.line(name.service, name.rule, name.generation, name.key);
  const names = { '#end': line };
  const expiration = Math.ceil(fromUs / 1e6) + KEPT_S;
  let waiting = true;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const written = waiting
      ? await table.update({
          key,
          update: 'SET #end = #end + :length, expiration = :expiration',
          condition: '#end >= :from',
          names,
          values: { ':length': lengthUs, ':from': fromUs, ':expiration': expiration },
          ...options,
        })
      : await table.update({
          key,
          update: 'SET #end = :end, v = :v, expiration = :expiration',
          condition: 'attribute_not_exists(#end) OR #end < :from',
          names,
          values: { ':end': fromUs + lengthUs, ':v': ITEM_VERSION, ':from': fromUs, ':expiration': expiration },
          ...options,
        });
    if (written.applied) return endOf(written.item, line) - lengthUs;
    waiting = !waiting;
  }
  return undefined;
}

function endOf(item: Item, line: LineOf): number {
  return fieldsOf(item).number(line);
}
