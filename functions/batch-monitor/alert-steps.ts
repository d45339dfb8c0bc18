// What was decided and told of a job's alerts, as whoever asks may know: the trails of its episodes, newest first.
import { hashOfCondition } from '../../store/alert-keys.ts';
import type { MarkSubject } from '../../store/items/alert-marks.ts';
import { readAlert, readEpisode, type Alert } from '../../store/items/alerts.ts';
import type { Table } from '../../store/port.ts';
import type { Caller } from '../api/index.ts';
import { seenBy } from '../api/seen-by.ts';

/** Episodes that are looked at for one page; what lies further back is in the list of alerts. */
const MOST_EPISODES = 20;
/** Read side by side: most jobs have none, and of those that have one the latest are wanted. */
const AT_ONCE = 5;

export interface AlertStep {
  readonly at: number;
  /** In the order in which steps were taken. */
  readonly id: string;
  readonly view: Readonly<Record<string, unknown>>;
}

/** At least the latest `limit` steps up to a moment, where there are as many in the latest episodes. */
export async function alertSteps(
  table: Table,
  subject: MarkSubject,
  caller: Caller,
  { limit, untilMs = Infinity }: { readonly limit: number; readonly untilMs?: number | undefined },
): Promise<AlertStep[]> {
  const hash = hashOfCondition(subject);
  const present = await readAlert(table, hash);
  if (present === undefined) return [];
  const shown = (episode: Alert) => stepsOf(seenBy(caller, episode), untilMs);
  const steps: AlertStep[] = shown(present);
  const oldest = Math.max(present.n - MOST_EPISODES, 0);
  for (let n = present.n - 1; n > oldest && steps.length < limit; n -= AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, n - oldest) }, (_, i) => n - i);
    const episodes = await Promise.all(numbers.map((one) => readEpisode(table, hash, one)));
    steps.push(...episodes.flatMap((episode) => (episode === undefined ? [] : shown(episode))));
  }
  return steps;
}

const stepsOf = ({ id, n, trail }: Alert, untilMs: number): AlertStep[] =>
  trail.flatMap(({ at, what, channel, detail }, i) => {
    if (at > untilMs) return [];
    const named = channel === undefined || channel === '' ? {} : { channel };
    return [{ at, id: `${inOrder(n)}-${inOrder(i)}`, view: { id, what, ...named, detail } }];
  });

const inOrder = (n: number) => String(n).padStart(9, '0');
