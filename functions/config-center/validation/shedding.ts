// Checks shedding: a concurrency rule to look at, and something left to shed.
import type { RuleDocument, SheddingRule } from '../../../middleware/kernel/rules/document.ts';
import { parseShare } from '../../../middleware/kernel/units.ts';
import type { Report } from './findings.ts';

/** `named` are the concurrency rules that the document has, sound or not; `sound` those of them that are. */
export function checkShedding(
  { when, mode }: SheddingRule,
  named: ReadonlySet<string>,
  sound: NonNullable<RuleDocument['concurrency']>,
  report: Report,
): void {
  const place = ['shedding', 'when'];
  const { concurrency, above } = when;
  if (!named.has(concurrency)) {
    const there = named.size > 0 ? `; there are ${[...named].slice(0, 20).join(', ')}` : '';
    report([...place, 'concurrency'], `there is no concurrency rule "${concurrency}"${there}`);
  } else if (mode !== 'disabled' && Object.hasOwn(sound, concurrency) && sound[concurrency]?.mode === 'disabled') {
    report(
      [...place, 'concurrency'],
      `the concurrency rule "${concurrency}" is disabled: nothing of it is ever in use`,
    );
  }
  if (parseShare(above) >= 1) {
    report([...place, 'above'], `${above} is full: the concurrency rule itself refuses then; write less, such as 80%`);
  }
}
