// `GET /v1/telemetry/slo`: how a service stands to what its rules promise.
import type { Table } from '../../../store/port.ts';
import { json, requireScope, route, type Route } from '../../api/index.ts';
import { requireHeardOf } from '../heard-of.ts';
import { serviceOf } from '../series/query.ts';
import { Reader } from '../series/reader.ts';
import { readSettled, shownSettled, type Settled } from '../series/settled.ts';
import type { SubjectName } from '../sums/subject.ts';
import { readSlos } from './described.ts';
import { readPromised, subjectsOf } from './objective.ts';
import { readPieces } from './read.ts';
import { Standing } from './standing.ts';
import { piecesOf } from './windows.ts';

export function sloRoutes(table: Table): Route[] {
  return [
    route('GET', '/v1/telemetry/slo', 'viewer', readSlos, async ({ query, caller, at }) => {
      const service = serviceOf(query);
      requireScope(caller, service);
      return json(await standingsOf(table, service, at));
    }),
  ];
}

/** @throws {Problem} 404 for a service that nobody has heard of. */
export async function standingsOf(table: Table, service: string, nowMs: number) {
  const standings = await standingsUpTo(table, service, await readSettled(table, service, nowMs), nowMs);
  if (standings.revision === 0) await requireHeardOf(table, service);
  return standings;
}

/** By what is settled. */
export async function standingsUpTo(table: Table, service: string, settled: Settled, nowMs: number) {
  const { revision, objectives, whose } = await readPromised(table, service);
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
    const begins = new Set(standings.flatMap((standing) => standing.begins));
    const wanted = { subjects: new Set(bySubject.keys()), settled, nowMs };
    await readPieces(reader, piecesOf([...begins], settled.upTo), wanted, (subject, at, data) => {
      for (const standing of bySubject.get(subject) ?? []) standing.add(at, data);
    });
  }
  return {
    service,
    revision,
    ...shownSettled(settled, settled.upTo, nowMs),
    slos: standings.map((standing) => standing.shown()),
    ...(reader.unreadable > 0 ? { unreadable: reader.unreadable } : {}),
  };
}
