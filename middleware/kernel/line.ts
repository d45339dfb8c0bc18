// The lines that queue records and parked events wait in for a rule's tokens: whose turn it is, and who comes when. Pure,
// but for what an instance remembers of them. Why so: docs/decisions/0008-lines.md.
import type { LineName, LineOf } from '../../store/items/lines.ts';
import type { Random } from './clock.ts';

/** What is waited for: the tokens of one rule and one value of its key. */
export interface Line {
  /** Names it on this instance. */
  readonly id: string;
  /** How far apart its tokens come, µs. */
  readonly spacingUs: number;
  /** Where the fleet keeps it; undefined where each instance has tokens of its own. */
  readonly stored: Omit<LineName, 'service'> | undefined;
}

/** What an instance knows of a line: what it booked itself, and what it was told when it did. */
export interface LineMemory {
  /** Up to when places are taken, µs. */
  readonly endUs: Record<LineOf, number>;
  /** When somebody here last asked for a token in vain, µs. */
  refusedAtUs: number;
  /** Fresh ones that may ask although there is a line. */
  freshMayAsk: number;
  /** The oldest known to have found no token when it came back. */
  elder: Elder;
}

interface Elder {
  /** When it was sent, epoch ms. */
  readonly sentAtMs: number;
  /** When it comes again, µs. */
  readonly untilUs: number;
}

/** Something that asks for a token, and can come back later. */
export interface Arrival {
  /** How often it has been sent back before, or has waited in a parking queue. */
  readonly waited: number;
  /** When it was sent, epoch ms. */
  readonly sentAtMs: number;
}

/** A line shorter than a second makes nobody wait: SQS knows no shorter delay. */
const WORTH_WAITING_US = 1e6;
/** Who was refused no later than so long ago has reason to believe that the line still stands. */
const BELIEVED_US = 10e6;
/** Who was sent so much later than one that waits has not come at the same time. */
const YOUNGER_MS = 1_000;
/** Fresh ones that may pass for each returning one that got its token: a fifth of the tokens. */
const FRESH_PER_RETURNING = 0.25;
const MOST_FRESH = 10;
/** Nobody stays away longer at first, lest a limit that is raised meanwhile help nobody; twice as long each time. */
const FIRST_STAY_MS = 15 * 60_000;
/** Lines remembered. */
const MOST_LINES = 1_000;
const NOBODY: Elder = { sentAtMs: 0, untilUs: -Infinity };

/** All lines an instance knows; those it has known longest are forgotten first. */
export class Lines {
  readonly #known = new Map<string, LineMemory>();

  known(id: string): LineMemory | undefined {
    return this.#known.get(id);
  }

  of(id: string): LineMemory {
    let memory = this.#known.get(id);
    if (!memory) {
      memory = { endUs: { fresh: 0, returning: 0 }, refusedAtUs: -Infinity, freshMayAsk: 0, elder: NOBODY };
      this.#known.set(id, memory);
      const [oldest] = this.#known.keys();
      if (this.#known.size > MOST_LINES && oldest !== undefined) this.#known.delete(oldest);
    }
    return memory;
  }
}

/** Whether what comes for the first time has to stand behind others: there is a line, and tokens are short. */
export function isContended(memory: LineMemory | undefined, nowUs: number): boolean {
  if (!memory || nowUs - memory.refusedAtUs >= BELIEVED_US) return false;
  return Math.max(memory.endUs.fresh, memory.endUs.returning) - nowUs > WORTH_WAITING_US;
}

/**
 * Who of those that have come asks for a token, the oldest first, and who goes to the end of a line without asking.
 * `memory` is that of a contended line. Whoever comes back for the first time while an older one waits that came back in
 * vain stands behind it: those refused together return just behind who took their tokens, and would be late every time.
 */
export function turnsOf<T extends Arrival>(
  arrivals: readonly T[],
  memory: LineMemory | undefined,
  nowUs: number,
): [T[], T[]] {
  const byAge = [...arrivals].sort((a, b) => a.sentAtMs - b.sentAtMs);
  if (!memory) return [byAge, []];
  const fresh = byAge.filter(({ waited }) => waited === 0);
  const passing = new Set(fresh.slice(0, Math.floor(memory.freshMayAsk)));
  const { elder } = memory;
  const youngestMs = elder.untilUs > nowUs ? elder.sentAtMs + YOUNGER_MS : Infinity;
  const asks = (arrival: T) =>
    arrival.waited > 1 || (arrival.waited === 1 ? arrival.sentAtMs <= youngestMs : passing.has(arrival));
  return [byAge.filter(asks), byAge.filter((arrival) => !asks(arrival))];
}

/** Remembers one that came back in vain, sent at `sentAtMs`, until it comes again. */
export function noteWaiting(memory: LineMemory, sentAtMs: number, untilUs: number, nowUs: number): void {
  const { elder } = memory;
  const isElder = sentAtMs < elder.sentAtMs || (sentAtMs === elder.sentAtMs && untilUs > elder.untilUs);
  if (isElder || elder.untilUs <= nowUs) memory.elder = { sentAtMs, untilUs };
}

/** Keeps count of what fresh ones may take, by who was given a token while there was a line. */
export function noteAdmitted(memory: LineMemory, admitted: readonly Arrival[]): void {
  const returning = admitted.filter(({ waited }) => waited > 0).length;
  const may = memory.freshMayAsk + returning * FRESH_PER_RETURNING - (admitted.length - returning);
  memory.freshMayAsk = Math.min(MOST_FRESH, Math.max(0, may));
}

/** Takes places at the end of a line as this instance knows it. Gives where they begin, µs. */
export function bookHere({ endUs }: LineMemory, line: LineOf, fromUs: number, lengthUs: number): number {
  const firstUs = Math.max(endUs[line], fromUs);
  endUs[line] = firstUs + lengthUs;
  return firstUs;
}

/** How long the one at place `place` stays away, ms, when it has been received so often. */
export function stayMs(
  { spacingUs }: Line,
  firstUs: number,
  place: number,
  receives: number,
  nowUs: number,
  random: Random,
): number {
  // Not in step with those of other instances.
  const wait = Math.ceil((Math.max(0, firstUs - nowUs) + (place + random()) * spacingUs) / 1000);
  const most = FIRST_STAY_MS * 2 ** Math.min(receives - 1, 10);
  return wait <= most ? wait : Math.ceil(most * (0.9 + 0.1 * random()));
}
