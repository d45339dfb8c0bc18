// What becomes of a gray publication once it is under way: another share, for all, or for nobody. Each is one write of the head.
import type { Table } from '../port.ts';
import { packGray } from './gray.ts';
import { changeHead, laterThan, type Published, type RulesState } from './rules-state.ts';

export interface GrayChange {
  readonly service: string;
  /** The head as whoever asks has seen it; if it has changed since, nothing is done. Its gray publication is meant. */
  readonly seen: RulesState;
  /** ms since the epoch. */
  readonly at: number;
}

/** Gives the whole fleet what a part has been given. */
export function promoteGray(table: Table, change: GrayChange): Promise<Published> {
  const { gray, head, at } = underWay(change);
  const { revision, needs } = gray;
  return changeHead(
    table,
    change.service,
    { expectedSeq: head.seq },
    {
      set: {
        seq: head.seq + 1,
        revision,
        publishedAt: at,
        ended: { revision, how: 'promoted' },
        ...(needs === undefined ? {} : { needs }),
      },
      remove: ['gray', 'changedAt', ...(needs === undefined ? ['needs'] : [])],
    },
  );
}

/** Gives the part of the fleet what the rest has. The revision's number stays taken. */
export function abortGray(table: Table, change: GrayChange): Promise<Published> {
  const { gray, head, at } = underWay(change);
  return changeHead(
    table,
    change.service,
    { expectedSeq: head.seq },
    {
      set: { seq: head.seq + 1, changedAt: at, ended: { revision: gray.revision, how: 'aborted' } },
      remove: ['gray'],
    },
  );
}

/** Gives it to another share, in basis points, as the plan's step of this index says. */
export function stepGray(
  table: Table,
  change: GrayChange & { readonly share: number; readonly step: number },
): Promise<Published> {
  const { gray, head, at } = underWay(change);
  const { share, step } = change;
  return changeHead(
    table,
    change.service,
    { expectedSeq: head.seq },
    {
      set: { seq: head.seq + 1, changedAt: at, gray: packGray({ ...gray, share, step }) },
      remove: [],
    },
  );
}

function underWay({ service, seen: { gray, head }, at }: GrayChange) {
  if (!gray || !head) throw new RangeError(`Service "${service}" has no gray publication under way`);
  return { gray, head, at: laterThan(head, at) };
}
