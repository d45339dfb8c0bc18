// A pause on the head of a service's rules, as its instances read it: the part that is bundled into every governed function.
import { instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Item, Table, Value } from '../port.ts';
import { headOf, type RulesHead } from './rules-read.ts';

/** The highest priority that a pause may stop: what is critical goes on. */
export type PausedPriority = 'sheddable' | 'normal';

/** Requests of this priority or a lower one are refused until then. */
export interface Pause {
  readonly priority: PausedPriority;
  /** ms since the epoch; one that was lifted has ended. */
  readonly until: number;
  /** The operator's words. */
  readonly reason: string;
}

/** What instances poll: what is in force for a service, read at once. */
export interface Polled {
  /** Undefined when nothing has been published. */
  readonly head: RulesHead | undefined;
  readonly pause: Pause | undefined;
  /** No faults are to be injected, whatever the rules say. */
  readonly faultsStopped: boolean;
  /** Whoever wrote what is in force had this, unless somebody has begun to publish since. */
  readonly fence: Value | undefined;
}

export async function readPolled(table: Table, service: string, options?: CallOptions): Promise<Polled> {
  const item = await table.get(instanceKeys.rulesHead(service), options);
  const stopped = item?.['faultsStopped'];
  return {
    head: headOf(item),
    pause: pauseOf(item?.['paused']),
    // What cannot be read is a reason to stop.
    faultsStopped: stopped !== undefined && stopped !== false,
    fence: item?.['fence'],
  };
}

/** Undefined for what is no pause that this library knows: rules are polled all the same. */
export function pauseOf(value: Item[string]): Pause | undefined {
  // Nothing is in what is no map, either.
  const { priority, until, reason } = Object(value) as Item;
  if ((priority !== 'sheddable' && priority !== 'normal') || typeof until !== 'number') return undefined;
  return { priority, until, reason: typeof reason === 'string' ? reason : '' };
}
