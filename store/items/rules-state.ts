// The head of a service's rules as the control plane sees it: with the gray publication under way, or how the last one ended.
import { keys } from '../keys.ts';
import type { Item, Table } from '../port.ts';
import { fieldsOf } from './fields.ts';
import { grayOf, type Gray } from './gray.ts';
import { headOf, type RulesHead } from './rules-read.ts';

/** How a gray publication ended: for all, or for nobody. */
export type GrayEnd = 'promoted' | 'aborted';

export interface RulesState {
  /** What the fleet runs; undefined before anything has been published. */
  readonly head: RulesHead | undefined;
  readonly gray: Gray | undefined;
  /** The gray publication that ended last, if its revision's record may not say so yet. */
  readonly ended: { readonly revision: number; readonly how: GrayEnd } | undefined;
  /** The highest revision number ever written; 0 before any. */
  readonly last: number;
  /** Whether the head's revision stands for rules that were removed. */
  readonly removed: boolean;
}

export async function readState(table: Table, service: string): Promise<RulesState> {
  return stateOf(await table.get(keys.rulesHead(service), { consistent: true }));
}

export function stateOf(item: Item | undefined): RulesState {
  const head = headOf(item);
  if (!item || !head) return { head: undefined, gray: undefined, ended: undefined, last: 0, removed: false };
  const last = fieldsOf(item).optionalNumber('last') ?? 0;
  return {
    ...{ head, gray: grayOf(head.gray), ended: endedOf(item['ended']) },
    ...{ last: Math.max(last, head.revision), removed: item['removed'] === true },
  };
}

function endedOf(value: Item[string]): RulesState['ended'] {
  if (typeof value !== 'object' || value === null || !('revision' in value)) return undefined;
  const { revision, how } = value;
  if (typeof revision !== 'number' || (how !== 'promoted' && how !== 'aborted')) return undefined;
  return { revision, how };
}

/** The next moment of a head, in ms since the epoch: later changes have later times, whatever the clocks of those who make them. */
export function laterThan(head: RulesHead | undefined, atMs: number): number {
  return head ? Math.max(atMs, Math.max(head.publishedAt, head.changedAt ?? 0) + 1) : atMs;
}

/** The condition that the head has this sequence number; 0 stands for none yet. */
export function standing(expectedSeq: number) {
  const names = { '#seq': 'seq' };
  if (expectedSeq === 0) return { condition: 'attribute_not_exists(#seq)', names, values: {} };
  return { condition: '#seq = :expected', names, values: { ':expected': expectedSeq } };
}

/** Whose turn it is: changes only a head of this `seq`, and with a fence only one that nobody has taken a newer fence of. */
export interface Turn {
  readonly expectedSeq: number;
  readonly fence?: number;
}

export type Published =
  | { readonly applied: true; readonly head: RulesHead }
  | { readonly applied: false; readonly head: RulesHead | undefined };

/** The one conditional write that every change of what is in force comes down to. */
export async function changeHead(
  table: Table,
  service: string,
  { expectedSeq, fence }: Turn,
  change: { readonly set: Item; readonly remove: readonly string[] },
): Promise<Published> {
  const { condition, names, values } = standing(expectedSeq);
  const set = Object.entries(change.set);
  const removed = change.remove.length === 0 ? '' : ` REMOVE ${change.remove.map((name) => `#${name}`).join(', ')}`;
  const written = await table.update({
    key: keys.rulesHead(service),
    update: `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}${removed}`,
    condition: fence === undefined ? condition : `#fence = :fence AND ${condition}`,
    names: {
      ...names,
      ...Object.fromEntries([...set.map(([name]) => name), ...change.remove].map((name) => [`#${name}`, name])),
      ...(fence === undefined ? {} : { '#fence': 'fence' }),
    },
    values: {
      ...values,
      ...Object.fromEntries(set.flatMap(([name, value]) => (value === undefined ? [] : [[`:${name}`, value]]))),
      ...(fence === undefined ? {} : { ':fence': fence }),
    },
  });
  const head = headOf(written.item);
  // What was applied has a head.
  return written.applied && head ? { applied: true, head } : { applied: false, head };
}
