// What share of requests a function turns away by priority as it fills up. Pure.
import type { Priority } from '../kernel/rules/priorities.ts';

/**
 * The share of a priority's requests, 0 to 1, that are refused while `load` is in use and refusals begin `above`. Of the
 * room between `above` and full, the lower half sheds what is sheddable, from nothing to all of it, and the upper half
 * what is normal; what is critical is refused when there is no room at all.
 */
export function refusedShare(load: number, above: number, priority: Priority): number {
  if (load >= 1) return 1;
  if (load <= above || priority === 'critical') return 0;
  const filled = (load - above) / (1 - above);
  return Math.min(1, Math.max(0, priority === 'sheddable' ? 2 * filled : 2 * filled - 1));
}
