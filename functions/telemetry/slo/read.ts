// Reads what a service's objectives are judged by: each stretch of time once, whatever number of windows and objectives it is of.
import { gaps } from '../series/gaps.ts';
import type { Reader } from '../series/reader.ts';
import { isSettled, type Settled } from '../series/settled.ts';
import { DAY_MS, FIVE_MINUTES, HOURS, MINUTES, type Resolution } from '../series/span.ts';
import type { SumData } from '../sums/data.ts';
import { resourceSubject, SERVICE, type SubjectName } from '../sums/subject.ts';
import type { Piece } from './windows.ts';

/** Where an overview has what it has no room for. */
const OTHERS = resourceSubject('other');

export interface Wanted {
  readonly subjects: ReadonlySet<SubjectName>;
  readonly settled: Settled;
  readonly nowMs: number;
}

export type Take = (subject: SubjectName, fromMs: number, data: SumData) => void;

export async function readPieces(
  reader: Reader,
  pieces: readonly Piece[],
  { subjects, settled, nowMs }: Wanted,
  take: Take,
): Promise<void> {
  const others = [...subjects].filter((subject) => subject !== SERVICE);

  function takeAll(at: number, found: { readonly [subject: string]: SumData }): void {
    for (const subject of subjects) {
      const data = Object.hasOwn(found, subject) ? found[subject] : undefined;
      if (data) take(subject, at, data);
    }
  }

  async function readDays({ from, to }: Piece): Promise<void> {
    const left: (readonly [SubjectName, number])[] = [];
    await reader.overviews(from, to, (day, { subjects: found }) => {
      takeAll(day, found);
      if (!Object.hasOwn(found, OTHERS)) return;
      for (const subject of others) if (!Object.hasOwn(found, subject)) left.push([subject, day]);
    });
    await Promise.all(
      left.map(([subject, day]) =>
        reader.slots(HOURS, subject, day, day + DAY_MS, (at, data) => take(subject, at, data)),
      ),
    );
  }

  /** What the service itself has a slot of is summed up, of all subjects; the rest is read more finely. */
  async function readSlots(of: Resolution, from: number, to: number): Promise<void> {
    if (of === MINUTES) {
      await reader.minutes(from, to, (at, { subjects: found }) => takeAll(at, found));
      return;
    }
    const there = new Set<number>();
    await reader.slots(of, SERVICE, from, to, (at, data) => {
      if (!isSettled(settled, at, at + of.ms)) return;
      there.add(at);
      if (subjects.has(SERVICE)) take(SERVICE, at, data);
    });
    const finer = of === HOURS ? FIVE_MINUTES : MINUTES;
    await Promise.all([
      ...others.map((subject) =>
        reader.slots(of, subject, from, to, (at, data) => {
          if (there.has(at)) take(subject, at, data);
        }),
      ),
      ...gaps(of, from, to, there, nowMs).map(([low, high]) => readSlots(finer, low, high)),
    ]);
  }

  await Promise.all(
    pieces.map((piece) => (piece.of === 'days' ? readDays(piece) : readSlots(piece.of, piece.from, piece.to))),
  );
}
