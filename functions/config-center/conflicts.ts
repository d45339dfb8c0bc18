// Why what is in force cannot be changed just now: somebody else has changed it, or part of the fleet is given another.
import type { RulesHead, RulesState } from '../../store/items/rules.ts';
import { Problem } from '../api/index.ts';
import { documentsOf, fleetOf, pathOf } from './document-id.ts';
import { shownGray } from './gray/terms.ts';

/**
 * 409: nothing of this publication is in force, and what is must be looked at first. Who loses to a publication that has
 * not come as far as its head finds the head they began with (`before`).
 */
export function lostRace(service: string, head: RulesHead | undefined, before?: RulesHead): Problem {
  const begun = head !== undefined && head.seq === before?.seq;
  const stands = head
    ? `revision ${head.revision} is ${begun ? 'still ' : ''}in force`
    : 'another publication is under way';
  const who = `Somebody else ${begun ? 'is publishing' : 'published'} ${documentsOf(service)}`;
  return new Problem(409, `${who}: ${stands}. Compare, then publish again.`, {
    code: 'PUBLISHED_MEANWHILE',
    ...(head ? { more: { revision: head.revision, seq: head.seq } } : {}),
  });
}

/** 409 while part of the fleet is given another revision: two at a time are enough to tell apart. */
export function requireNoGray(service: string, { head, gray }: RulesState): void {
  if (!gray || !head) return;
  throw new Problem(
    409,
    `Part of ${fleetOf(service)} is given revision ${gray.revision} and the rest ${head.revision}. Promote or ` +
      `abort it (POST ${pathOf(service)}/gray/promote or …/gray/abort), or roll back, which aborts it.`,
    { code: 'GRAY_UNDER_WAY', more: { revision: head.revision, gray: shownGray(gray) } },
  );
}
