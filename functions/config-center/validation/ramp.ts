// Checks the ramp of a breaker: shares that grow until everybody is back.
import type { BreakerRule } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration, parseShare } from '../../../middleware/kernel/units.ts';
import type { Place, Report } from './findings.ts';

const SHORTEST_STAGE_MS = 100;
const LONGEST_STAGE_MS = 3_600_000;

export function checkRamp({ halfOpen }: BreakerRule, place: Place, report: Report): void {
  if (!halfOpen) return;
  const { ramp, rampStage } = halfOpen;
  const at = [...place, 'halfOpen'];
  if (rampStage !== undefined) {
    const ms = parseDuration(rampStage);
    if (!ramp) report([...at, 'rampStage'], 'means nothing without ramp; write ramp: [10%, 50%, 100%]');
    else if (ms < SHORTEST_STAGE_MS || ms > LONGEST_STAGE_MS) {
      report([...at, 'rampStage'], `${rampStage} is not between 100ms and 1h`);
    }
  }
  if (ramp) checkShares(ramp, [...at, 'ramp'], report);
}

function checkShares(ramp: readonly string[], at: Place, report: Report): void {
  const shares = ramp.map(parseShare);
  shares.forEach((share, i) => {
    const before = shares[i - 1] ?? 0;
    if (share === 0) report([...at, i], '0% lets nobody in, and so can never be seen to go well');
    else if (share <= before) report([...at, i], `${ramp[i]} is not more than ${ramp[i - 1]} before it`);
  });
  const last = shares.length - 1;
  if ((shares[last] ?? 1) < 1) report([...at, last], `${ramp[last]} is the last share; it must be 100%`);
}
