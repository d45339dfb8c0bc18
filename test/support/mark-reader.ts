// Whoever evaluates alerts, as far as marks go: it looks at what is marked, remembers what it found, and takes the mark.
import { listMarks, takeMark, type MarkSubject } from '../../store/items/alert-marks.ts';
import type { Table } from '../../store/port.ts';

export interface MarkReader<Found> {
  /** What was found last of each subject. */
  readonly found: ReadonlyMap<MarkSubject, Found>;
  /** One look at all marks that are due; safe to do twice at once. */
  look(table: Table, nowMs: number): Promise<void>;
}

/** `read` reads, consistently, what there is to say of a subject. */
export function markReader<Found>(read: (subject: MarkSubject) => Promise<Found>): MarkReader<Found> {
  const found = new Map<MarkSubject, Found>();
  const observe = async (subject: MarkSubject) => {
    const each = await read(subject);
    found.set(subject, each);
  };
  return {
    found,
    async look(table, nowMs) {
      const { marks } = await listMarks(table, nowMs, { limit: 100 });
      for (const mark of marks) {
        await observe(mark.subject);
        if (!(await takeMark(table, mark, nowMs))) await observe(mark.subject);
      }
    },
  };
}
