// Checks lists of outcomes: none that cannot be meant, none twice.
import type { Place, Report } from './findings.ts';

export function checkOutcomes(
  given: readonly (string | number)[] | undefined,
  place: Place,
  reason: string,
  report: Report,
): void {
  // A status may be written as a number.
  const names = given?.map(String);
  names?.forEach((name, i) => {
    if (name === 'ok') report([...place, i], `ok ${reason}`);
    if (names.indexOf(name) !== i) report([...place, i], `${name} stands here twice`);
  });
}
