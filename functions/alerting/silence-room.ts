// How many silences there may be: each tick reads all that are kept, so that whoever makes too many would keep everybody from being told. Pure.
import type { Silence } from '../../store/items/silences.ts';
import { inScope, Problem, type Caller } from '../api/index.ts';

/** Silences that are kept, those that are over too: ended ones are read as others are. */
export interface MostSilences {
  /** Of the services of a key for some. */
  readonly ofServices: number;
  /** Until whoever has a key for all makes no more. */
  readonly ofAll: number;
}

export const MOST_SILENCES: MostSilences = { ofServices: 500, ofAll: 5_000 };

/** Of what a silence fits, in bytes of JSON: what each tick reads of it, and goes through for each alert. */
export const MATCH_BYTES = 4_096;

/** Whether a silence is of a caller's services and no others. */
export function isOwn(caller: Caller, { match }: Pick<Silence, 'match'>): boolean {
  if (caller.services === undefined) return true;
  const services = match['service'] ?? [];
  return services.length > 0 && services.every((service) => inScope(caller, service));
}

/** What others have made takes no room of a key for some services. @throws {Problem} 409 when there is none left. */
export function requireRoomForSilence(
  caller: Caller,
  kept: readonly Silence[],
  { ofServices, ofAll }: MostSilences,
): void {
  const most = caller.services === undefined ? ofAll : ofServices;
  if (kept.filter((silence) => isOwn(caller, silence)).length < most) return;
  throw new Problem(
    409,
    `There are ${most} silences already, which is as many as may be; each is kept for two weeks after it is over. Let one match more, or last longer.`,
    { code: 'TOO_MANY_SILENCES' },
  );
}
