// How many checks a service may have: whoever has got hold of a ping key can make them by `?create=1`.
import { countChecks } from '../../../store/items/checks.ts';
import type { Table } from '../../../store/port.ts';
import { Problem } from '../../api/index.ts';

/** As many as the largest account of healthchecks.io. */
export const MOST_CHECKS = 1_000;
/** By pings it may be so many times as many, as there: a server that is set up later should not go unwatched. */
export const TIMES_BY_PINGS = 2;

/** For so long a service that was full is not counted again, ms. */
const FULL_FOR_MS = 60_000;

/** Asked before a check is made. @throws {Problem} 403 when there are as many as there may be. */
export type RequireRoom = (service: string, at: number, most: number) => Promise<void>;

/** Remembers who was full, so that whoever goes on trying costs no reads. */
export function roomFor(table: Table): RequireRoom {
  const fullUntilMs = new Map<string, number>();
  return async (service, at, most) => {
    const limit = `${service} ${most}`;
    if (at >= (fullUntilMs.get(limit) ?? -Infinity)) {
      fullUntilMs.delete(limit);
      if ((await countChecks(table, service, most)) < most) return;
      fullUntilMs.set(limit, at + FULL_FOR_MS);
    }
    throw new Problem(403, `${service} has ${most} checks, which is as many as there may be; delete some first`, {
      code: 'TOO_MANY_CHECKS',
    });
  };
}
