// What many processes wrote down, read as one history. Pure.
import { WindowMeter } from '../simulation/meter.ts';

export interface History {
  /** Of the worst window, beyond the rate and the burst; negative where the burst was not used up. */
  readonly overAdmission: number;
  readonly requests: number;
  readonly admitted: number;
  readonly writes: number;
  readonly waited: number;
  /** Of the time measured, by how much the admitted rate missed the limit's, in %; negative when more was admitted. */
  readonly rateErrorPct: number;
}

export interface Limit {
  readonly perSecond: number;
  readonly burst: number;
}

/** `logs` are those of the processes, line by line; the rate is taken from `fromUs` to `toUs`. */
export function historyOf(logs: readonly string[], limit: Limit, fromUs: number, toUs: number): History {
  // A process that was killed may have left half a line.
  const lines = logs.flatMap((log) => log.slice(0, log.lastIndexOf('\n') + 1).split('\n'));
  const count = (kind: string) => lines.filter((line) => line === kind).length;
  const admissions = lines
    .filter((line) => line.startsWith('a '))
    .map((line) => Number(line.slice(2)))
    .sort((a, b) => a - b);
  const meter = new WindowMeter(() => limit.perSecond / 1000);
  for (const us of admissions) meter.admit(us / 1000, 1);
  const within = admissions.filter((us) => us >= fromUs && us < toUs).length;
  return {
    overAdmission: meter.worst - limit.burst,
    requests: admissions.length + count('r'),
    admitted: admissions.length,
    writes: count('w'),
    waited: count('p'),
    rateErrorPct: 100 * (1 - within / ((limit.perSecond * (toUs - fromUs)) / 1e6)),
  };
}
