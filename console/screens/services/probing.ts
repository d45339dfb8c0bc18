// What is told of how a breaker changed: a row of probes that failed is one line, and what opened it is found beneath them. Pure.
import type { Transition } from './answers.ts';

/** A change, or so many probes that failed one after another, newest first. */
export type Told =
  Transition | { readonly probes: number; readonly key?: string; readonly from: string; readonly at: string };

const isProbe = ({ cause }: Transition): boolean => cause === 'probing' || cause === 'probeFailed';

/** Of one key at a time, newest first; what one probe did stays as it was. */
export function folded(transitions: readonly Transition[]): Told[] {
  const told: Told[] = [];
  for (let i = 0; i < transitions.length;) {
    const first = transitions[i];
    if (first === undefined) break;
    let end = i;
    while (transitions[end] !== undefined && isOfRow(transitions[end], first)) end += 1;
    const row = transitions.slice(i, end);
    const failed = row.filter(({ cause }) => cause === 'probeFailed');
    const oldest = row.at(-1);
    if (oldest === undefined || failed.length < 2) {
      told.push(first);
      i += 1;
      continue;
    }
    const key = first.key === undefined ? {} : { key: first.key };
    told.push({ probes: failed.length, from: oldest.at, at: first.at, ...key });
    i = end;
  }
  return told;
}

const isOfRow = (one: Transition | undefined, { key }: Transition): boolean =>
  one !== undefined && isProbe(one) && one.key === key;

/** What it was that ended its being closed; undefined when that is older than what is known. */
export const openingOf = (transitions: readonly Transition[], key: string | undefined): Transition | undefined =>
  transitions.find((one) => one.from === 'CLOSED' && one.key === key);
