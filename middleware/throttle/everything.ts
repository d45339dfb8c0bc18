// All of the throttle at once, for those whose start may take its time: they compile rules without waiting.
import * as divided from './divided.ts';
import * as inTurn from './in-turn.ts';
import { provide } from './later.ts';
import * as quotas from './quotas.ts';
import * as seldom from './seldom.ts';

export function provideEverything(): void {
  provide({ divided, inTurn, quotas, seldom });
}
