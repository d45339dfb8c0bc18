// Ends a run as an error when it left something undone, once all the rest is done: its errors are what an alarm watches.
import type { TickReport } from './tick.ts';

/** Some limits do not follow their rules; the next minute tries again. */
export class ActuationFailed extends Error {
  override readonly name = 'ActuationFailed';
  readonly code = 'ACTUATION_FAILED';
}

/** @throws {ActuationFailed} */
export function settled(report: TickReport): TickReport {
  const { failed, complete, limits, services } = report;
  const wrong = [
    ...(failed > 0
      ? [`${failed} of what rules set could not be followed; the lines before this one name them and say why`]
      : []),
    ...(complete
      ? []
      : [`time ran out after ${services} services and ${limits} limits: give the function more memory or time`]),
  ];
  if (wrong.length > 0) throw new ActuationFailed(wrong.join('; '));
  return report;
}
