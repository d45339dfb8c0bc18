// Whose turn it is when tokens are short: the oldest ask first, and the others book their places in line beside the handler.
import { bookPlaces, type LineOf } from '../../store/items/lines.ts';
import { receivesOf, sentAtMsOf, type QueueRecord } from './batch.ts';
import { defer, settlementOf } from './deferral.ts';
import type { Instance } from './instance.ts';
import type { Invocation } from './invocation.ts';
import {
  bookHere,
  isContended,
  Lines,
  noteAdmitted,
  noteWaiting,
  stayMs,
  turnsOf,
  type Arrival,
  type Line,
  type LineMemory,
} from './line.ts';
import { recordsOf } from './trigger.ts';

const LINES = {};

/** Of which line tokens are short, and from when there may be one again, µs. */
export interface Lack {
  readonly line: Line;
  readonly freeAtUs: number;
}

/** Whoever asks for a token, with the record that comes back if there is none; a fresh event has no record yet. */
export interface Waiter extends Arrival {
  readonly record: QueueRecord | undefined;
}

export interface Turn {
  /** Who asks now; of a FIFO queue in the queue's order, of others the oldest first. */
  readonly asking: readonly Waiter[];
  /** Who does not ask, since others were there before them, and the line they go to the end of. */
  readonly held: readonly Waiter[];
  readonly line: Line | undefined;
  /** Up to when that line is taken, µs. */
  readonly untilUs: number;
}

/** Whose turn it is, when these lines stand for the tokens that are wanted. */
export function takeTurn(invocation: Invocation, lines: readonly Line[]): Turn {
  const waiters = waitersOf(invocation);
  // In a FIFO queue the rest of every group stays behind its head.
  if (isOrdered(invocation)) return { asking: waiters, held: [], line: undefined, untilUs: 0 };
  const line = mayBeHeld(invocation) ? contendedOf(invocation, lines) : undefined;
  const memory = line && memoryOf(invocation.instance, line);
  const [asking, held] = turnsOf(waiters, memory, invocation.instance.clock.now() * 1000);
  return { asking, held, line, untilUs: memory?.endUs.fresh ?? 0 };
}

function isOrdered({ trigger: { face, source } }: Invocation): boolean {
  return face === 'sqs' && source.endsWith('.fifo');
}

function waitersOf(invocation: Invocation): Waiter[] {
  if (invocation.trigger.face === 'sqs') return recordsOf(invocation.event).map(waiterOf);
  const { parked } = settlementOf(invocation);
  if (!parked) return [{ record: undefined, waited: 0, sentAtMs: 0 }];
  return [{ ...waiterOf(parked), waited: receivesOf(parked) }];
}

function waiterOf(record: QueueRecord): Waiter {
  return { record, waited: receivesOf(record) - 1, sentAtMs: sentAtMsOf(record) };
}

function mayBeHeld(invocation: Invocation): boolean {
  const { claimed, canPark } = settlementOf(invocation);
  return invocation.trigger.face === 'sqs' ? claimed : canPark;
}

function contendedOf({ instance }: Invocation, lines: readonly Line[]): Line | undefined {
  const nowUs = instance.clock.now() * 1000;
  return lines.find(({ id }) => isContended(linesOf(instance).known(id), nowUs));
}

function linesOf(instance: Instance): Lines {
  return instance.state(LINES, () => new Lines());
}

function memoryOf(instance: Instance, { id }: Line): LineMemory {
  return linesOf(instance).of(id);
}

/**
 * What becomes of a turn when `admitted` of those who asked got their token. The batch keeps their records, in the order
 * they came; the others go back to the queue until their place in line comes. `lack` is what they lack, if any asked
 * in vain.
 */
export function endTurn(invocation: Invocation, turn: Turn, admitted: number, lack: Lack | undefined): void {
  const { instance } = invocation;
  const settlement = settlementOf(invocation);
  const served = turn.asking.slice(0, admitted);
  if (turn.line) noteAdmitted(memoryOf(instance, turn.line), served);
  if (lack) memoryOf(instance, lack.line).refusedAtUs = instance.clock.now() * 1000;
  const short = lack ?? (turn.line && { line: turn.line, freeAtUs: instance.clock.now() * 1000 });
  if (!short) return;
  settlement.shortage = {
    deferParked: (record) => sendBack(invocation, [record], 'returning', short),
    bookForParking: () => bookForParking(invocation, short),
  };
  if (invocation.trigger.face !== 'sqs') return;
  const kept = new Set(served.map(({ record }) => record));
  const records = recordsOf(invocation.event);
  if (admitted > 0 && typeof invocation.event === 'object') {
    invocation.event = { ...invocation.event, Records: records.filter((record) => kept.has(record)) };
  }
  deferInLine(invocation, [...turn.asking.slice(admitted), ...turn.held], short);
}

/** Defers records until their place in line comes; those that have waited before come sooner than those that have not. */
function deferInLine(invocation: Invocation, waiters: readonly Waiter[], lack: Lack): void {
  const ordered = isOrdered(invocation);
  // A FIFO batch comes back as it was.
  const [first] = waiters;
  const returns = ({ waited }: Waiter) => (ordered ? (first?.waited ?? 0) : waited) > 0;
  for (const line of ['returning', 'fresh'] as const) {
    const records = waiters.flatMap((waiter) =>
      waiter.record && returns(waiter) === (line === 'returning') ? [waiter.record] : [],
    );
    if (records.length > 0) sendBack(invocation, records, line, lack);
  }
}

function sendBack(
  invocation: Invocation,
  records: readonly QueueRecord[],
  line: LineOf,
  { line: of, freeAtUs }: Lack,
): void {
  const settlement = settlementOf(invocation);
  const { clock, random } = invocation.instance;
  const nowUs = clock.now() * 1000;
  const deferralsFrom = (firstUs: number) =>
    records.map((record, i) => ({ record, delayMs: stayMs(of, firstUs, i, receivesOf(record), nowUs, random) }));
  const at = settlement.deferrals.length;
  // Nobody but whoever answers for the batch can say when records come back.
  const booking = settlement.claimed ? book(invocation, of, line, freeAtUs, records.length) : undefined;
  const here = booking?.hereUs ?? Math.max(freeAtUs, nowUs);
  const [oldest] = records;
  const waitUntil = (firstUs: number) => {
    if (line === 'fresh' || !oldest) return;
    noteWaiting(memoryOf(invocation.instance, of), sentAtMsOf(oldest), firstUs, nowUs);
  };
  defer(invocation, deferralsFrom(here));
  waitUntil(here);
  if (booking?.fleet) {
    const booked = booking.fleet.then((firstUs) => {
      if (firstUs === undefined) return;
      settlement.deferrals.splice(at, records.length, ...deferralsFrom(firstUs));
      waitUntil(firstUs);
    });
    settlement.bookings.push(booked);
  }
}

interface Booked {
  /** Where the places begin as far as this instance knows, µs. */
  readonly hereUs: number;
  /** Where they do for the fleet; undefined when the store does not say. Never rejects. */
  readonly fleet: Promise<number | undefined> | undefined;
}

/** Takes `places` at the end of a line. */
function book(invocation: Invocation, line: Line, of: LineOf, freeAtUs: number, places: number): Booked {
  const { instance, requestId } = invocation;
  const memory = memoryOf(instance, line);
  const fromUs = Math.max(Math.ceil(freeAtUs), instance.clock.now() * 1000);
  const lengthUs = Math.ceil(places * line.spacingUs);
  const hereUs = bookHere(memory, of, fromUs, lengthUs);
  const { stored } = line;
  if (!stored) return { hereUs, fleet: undefined };
  let firstUs: number | undefined;
  const exchange = instance.syncs.start(`line:${line.id}:${of}:${requestId}`, async (signal) => {
    const name = { service: instance.service, ...stored };
    const bookedUs = await bookPlaces(instance.table, name, { line: of, fromUs, lengthUs }, { signal });
    if (bookedUs === undefined || signal.aborted) return;
    firstUs = bookedUs;
    memory.endUs[of] = bookedUs + lengthUs;
  });
  return { hereUs, fleet: exchange.then(() => firstUs) };
}

/** Takes one place for an event that is about to be parked; gives how long it stays away, ms. */
async function bookForParking(invocation: Invocation, { line, freeAtUs }: Lack): Promise<number> {
  const { clock, random } = invocation.instance;
  const { hereUs, fleet } = book(invocation, line, 'fresh', freeAtUs, 1);
  const firstUs = (await fleet) ?? hereUs;
  return stayMs(line, firstUs, 0, 1, clock.now() * 1000, random);
}
