// The source of what jobs and checks have to say: each mark is looked at, and taken away once what was found is kept.
import {
  isSubject,
  listMarks,
  readMark,
  takeMark,
  type Mark,
  type MarkSubject,
} from '../../../store/items/alert-marks.ts';
import type { Table } from '../../../store/port.ts';
import { pagesOf } from '../../api/passes.ts';
import type { Source, SourceParts, Subject } from '../tick-parts.ts';
import { acknowledgedAtSource } from './acknowledging.ts';
import { conditionsOfCheck } from './checks.ts';
import { conditionsOfJob } from './jobs.ts';
import type { Said } from './said.ts';

const PAGE = 100;
/** What is wrong is looked at again after so long, in ms, at the latest: for what time alone brings, as another deadline. */
const AGAIN_MS = 3_600_000;

export const jobsAndChecks: Source = {
  name: 'jobs and checks',
  async *subjects(parts) {
    const nowMs = parts.clock.now();
    for await (const marks of pagesOf(async (cursor) => {
      const { marks, strangers, ...rest } = await listMarks(parts.table, nowMs, { limit: PAGE, cursor });
      if (strangers > 0) parts.logger.error('marks of alerts that cannot be read are passed over', { strangers });
      return { found: marks, ...rest };
    })) {
      yield marks.map((mark) => subjectOf(parts, mark.subject, mark));
    }
  },
  again: (parts, key) => (isSubject(key) ? subjectOf(parts, key) : undefined),
};

function subjectOf({ table, clock }: SourceParts, key: MarkSubject, mark?: Mark): Subject {
  let lookedAtMs = 0;
  let taking = mark;
  let found: Said = { conditions: [] };
  return {
    name: key,
    conditions: async () => {
      lookedAtMs = clock.now();
      found = await conditionsOf(table, key, lookedAtMs);
      return found.conditions;
    },
    observed: async () => {
      const { conditions, turnsAt } = found;
      await acknowledgedAtSource(table, conditions, lookedAtMs);
      if (taking === undefined) return true;
      const againAt = turnsAt === undefined ? Infinity : Math.min(turnsAt, lookedAtMs + AGAIN_MS);
      const taken = await takeMark(table, taking, lookedAtMs, againAt);
      // Of a newer one it is as with this one; where there is none, somebody else has looked, perhaps later than this.
      if (!taken) taking = await readMark(table, key);
      return taken;
    },
  };
}

/** All that can be said of a job or a check, by the key of its condition. */
export function conditionsOf(table: Table, subject: string, nowMs: number): Promise<Said> {
  const [kind, service = '', name = ''] = subject.split('/');
  return kind === 'job' ? conditionsOfJob(table, service, name, nowMs) : conditionsOfCheck(table, service, name, nowMs);
}
