// How all of a service's objectives stand, by what is settled: what several of them need is read once.
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import type { Table } from '../../../store/port.ts';
import { Reader } from '../series/reader.ts';
import type { Settled } from '../series/settled.ts';
import type { SubjectName } from '../sums/subject.ts';
import { objectivesOf, subjectsOf, type Promised } from './objective.ts';
import { readPieces } from './read.ts';
import { whoseDoing } from './refusals.ts';
import { Standing, type Burning } from './standing.ts';
import { piecesOf } from './windows.ts';

interface At {
  readonly table: Table;
  readonly service: string;
  readonly settled: Settled;
  readonly nowMs: number;
}

/** From where `beginsOf` says on: windows that begin earlier hold a part of theirs. */
export async function readStandings(
  { table, service, settled, nowMs }: At,
  { objectives, whose }: Pick<Promised, 'objectives' | 'whose'>,
  beginsOf: (standing: Standing) => readonly number[],
): Promise<{ readonly standings: readonly Standing[]; readonly unreadable: number }> {
  // What is not merged yet is in no window: half a minute would look like an outage, or like none.
  const standings = objectives.map((objective) => new Standing(objective, settled.upTo, whose));
  const bySubject = new Map<SubjectName, Standing[]>();
  for (const standing of standings) {
    for (const subject of subjectsOf(standing.objective)) {
      bySubject.set(subject, [...(bySubject.get(subject) ?? []), standing]);
    }
  }
  const reader = new Reader(table, service);
  if (standings.length > 0) {
    const begins = new Set(standings.flatMap(beginsOf));
    const wanted = { subjects: new Set(bySubject.keys()), settled, nowMs };
    await readPieces(reader, piecesOf([...begins], settled.upTo), wanted, (subject, at, data) => {
      for (const standing of bySubject.get(subject) ?? []) standing.add(at, data);
    });
  }
  return { standings, unreadable: reader.unreadable };
}

/** How fast the budgets go: of three days, where how much is left of them takes thirty to read. */
export async function burningUpTo(
  table: Table,
  service: string,
  rules: Partial<RuleDocument>,
  settled: Settled,
  nowMs: number,
): Promise<{ readonly burning: readonly Burning[]; readonly unreadable: number }> {
  const promised = { objectives: objectivesOf(rules.slos), whose: whoseDoing(rules) };
  const at = { table, service, settled, nowMs };
  const { standings, unreadable } = await readStandings(at, promised, ({ burnBegins }) => burnBegins);
  return { burning: standings.map((standing) => standing.burning()), unreadable };
}
