// Makes a check that several may want at once, so that there is one in the end.
import type { Check } from '../../../store/items/check-record.ts';
import { claim, createCheck, readCheck } from '../../../store/items/checks.ts';
import type { Table } from '../../../store/port.ts';

/** Whoever claimed a check and has not written it for so long, in ms, has died; or the check was deleted. */
const CLAIM_FRESH_MS = 60_000;
const TRIES = 3;

/** What is claimed by whoever makes the first check with a slug, whichever way they ask for it. */
export const firstOfSlug = (slug: string) => slug;

/** @returns the check that `what` stands for, and whether it was made by this call. `fits`: it still is what was claimed. */
export async function claimed(
  table: Table,
  newId: () => string,
  wanted: { readonly service: string; readonly what: string; readonly at: number },
  fits: (check: Check) => boolean,
  make: (uuid: string) => Check,
): Promise<{ readonly check: Check; readonly made: boolean }> {
  let stale: string | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    const { uuid, at } = await claim(table, wanted, newId(), stale);
    const known = await readCheck(table, uuid);
    if (known !== undefined && fits(known)) return { check: known, made: false };
    const fresh = Math.abs(wanted.at - at) < CLAIM_FRESH_MS;
    if (known === undefined && fresh) {
      const mine: Check = { ...make(uuid), claimedAs: wanted.what };
      const check = await createCheck(table, mine);
      // Somebody else with the same claim may have been first: theirs is not what was asked for here.
      return { check, made: check === mine };
    }
    stale = uuid;
  }
  return { check: await createCheck(table, make(newId())), made: true };
}
