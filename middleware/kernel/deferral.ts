// Queue records and parked events that flyball itself sends back: which, for how long, and that this was no attempt at them.
import { countDeferral } from '../../store/items/deferrals.ts';
import { bookPlaces, type LineOf } from '../../store/items/lines.ts';
import { batchResponse, failedRecords, messageIdOf, receivesOf, sentAtMsOf, type QueueRecord } from './batch.ts';
import type { Instance } from './instance.ts';
import type { Invocation } from './invocation.ts';
import {
  bookHere,
  isContended,
  Lines,
  noteAdmitted,
  stayMs,
  turnsOf,
  type Arrival,
  type Line,
  type LineMemory,
} from './line.ts';
import { recordsOf } from './trigger.ts';

export interface Deferral {
  readonly record: QueueRecord;
  /** After which delay it may come again, ms; undefined leaves it to the queue. */
  readonly delayMs: number | undefined;
}

/** What is to be answered for the batch of one invocation. */
export interface Settlement {
  readonly deferrals: Deferral[];
  /** Set by the policy that answers for the batch in its `after`; without one, whoever deferred must. */
  claimed: boolean;
  /** The record of a parking queue that brought the event; itself, since the event is no longer its batch. */
  parked: QueueRecord | undefined;
  /** A refused event can be parked. */
  canPark: boolean;
  /** What the event was refused for, if that is something to stand in line for. */
  shortage: Shortage | undefined;
  /** Places in line that are being booked; what they tell replaces the delays of deferrals. */
  readonly bookings: Promise<void>[];
}

/** Tokens are short: of which line, and from when there may be one again, µs. */
export interface Shortage {
  readonly line: Line;
  readonly freeAtUs: number;
}

const SETTLEMENT = {};
const LINES = {};

export function settlementOf(invocation: Invocation): Settlement {
  return invocation.state(SETTLEMENT, (): Settlement => ({
    deferrals: [],
    claimed: false,
    parked: undefined,
    canPark: false,
    shortage: undefined,
    bookings: [],
  }));
}

/** The queue records that an invocation answers for: of its batch, or the one that brought a parked event. */
export function heldRecordsOf(invocation: Invocation): readonly QueueRecord[] {
  const { parked } = settlementOf(invocation);
  if (parked) return [parked];
  return invocation.trigger.face === 'sqs' ? recordsOf(invocation.event) : [];
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

/** Whether what this invocation brings can come back later, so that it may be told to wait its turn. */
export function canWait({ trigger: { kind } }: Invocation): boolean {
  return kind === 'queue' || kind === 'bucket' || kind === 'topic' || kind === 'event';
}

/** Whose turn it is, when these lines stand for the tokens that are wanted. */
export function takeTurn(invocation: Invocation, lines: readonly Line[]): Turn {
  const waiters = waitersOf(invocation);
  // In a FIFO queue the rest of every group stays behind its head.
  if (invocation.trigger.source.endsWith('.fifo')) return { asking: waiters, held: [], line: undefined, untilUs: 0 };
  const line = mayBeHeld(invocation) ? contendedOf(invocation, lines) : undefined;
  const memory = line && memoryOf(invocation.instance, line);
  const [asking, held] = turnsOf(waiters, memory);
  return { asking, held, line, untilUs: memory?.endUs.fresh ?? 0 };
}

function waitersOf(invocation: Invocation): Waiter[] {
  if (invocation.trigger.face === 'sqs') return recordsOf(invocation.event).map(waiterOf);
  const { parked } = settlementOf(invocation);
  return [parked ? { ...waiterOf(parked), returning: true } : { record: undefined, returning: false, sentAtMs: 0 }];
}

function waiterOf(record: QueueRecord): Waiter {
  return { record, returning: receivesOf(record) > 1, sentAtMs: sentAtMsOf(record) };
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
 * they came; the others go back to the queue until their place in line comes. `shortage` is what they lack, if any asked
 * in vain.
 */
export function endTurn(invocation: Invocation, turn: Turn, admitted: number, shortage: Shortage | undefined): void {
  const { instance } = invocation;
  const settlement = settlementOf(invocation);
  const served = turn.asking.slice(0, admitted);
  if (turn.line) noteAdmitted(memoryOf(instance, turn.line), served);
  if (shortage) memoryOf(instance, shortage.line).refusedAtUs = instance.clock.now() * 1000;
  const lack = shortage ?? (turn.line && { line: turn.line, freeAtUs: instance.clock.now() * 1000 });
  if (!lack) return;
  settlement.shortage = lack;
  if (invocation.trigger.face !== 'sqs') return;
  const kept = new Set(served.map(({ record }) => record));
  const records = recordsOf(invocation.event);
  if (admitted > 0 && typeof invocation.event === 'object') {
    invocation.event = { ...invocation.event, Records: records.filter((record) => kept.has(record)) };
  }
  deferInLine(invocation, [...turn.asking.slice(admitted), ...turn.held], lack);
}

/** Defers records. Each deferral is counted in the store beside the handler, so that it can be told from an attempt. */
export function defer(invocation: Invocation, deferrals: readonly Deferral[]): void {
  settlementOf(invocation).deferrals.push(...deferrals);
  countAsNoAttempt(
    invocation,
    deferrals.map(({ record }) => record),
  );
}

/** Defers records until their place in line comes; those that have waited before come sooner than those that have not. */
function deferInLine(invocation: Invocation, waiters: readonly Waiter[], shortage: Shortage): void {
  const ordered = invocation.trigger.source.endsWith('.fifo');
  // A FIFO batch comes back as it was.
  const [first] = waiters;
  const returns = (waiter: Waiter) => (ordered ? first?.returning === true : waiter.returning);
  for (const line of ['returning', 'fresh'] as const) {
    const records = waiters.flatMap((waiter) =>
      waiter.record && returns(waiter) === (line === 'returning') ? [waiter.record] : [],
    );
    if (records.length > 0) sendBack(invocation, records, line, shortage);
  }
}

/** Defers the record of a parked event, as one that has waited. */
export function deferParked(invocation: Invocation, record: QueueRecord, shortage: Shortage): void {
  sendBack(invocation, [record], 'returning', shortage);
}

function sendBack(
  invocation: Invocation,
  records: readonly QueueRecord[],
  line: LineOf,
  { line: of, freeAtUs }: Shortage,
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
  defer(invocation, deferralsFrom(here));
  if (booking?.fleet) {
    const booked = booking.fleet.then((firstUs) => {
      if (firstUs !== undefined) settlement.deferrals.splice(at, records.length, ...deferralsFrom(firstUs));
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
export async function bookForParking(invocation: Invocation, { line, freeAtUs }: Shortage): Promise<number> {
  const { clock, random } = invocation.instance;
  const { hereUs, fleet } = book(invocation, line, 'fresh', freeAtUs, 1);
  const firstUs = (await fleet) ?? hereUs;
  return stayMs(line, firstUs, 0, 1, clock.now() * 1000, random);
}

/** The invocation's answer with the deferred records in it. A throw stays a throw: everything then comes back anyway. */
export function answerWithDeferred(invocation: Invocation): unknown {
  const { event, response, error } = invocation;
  const deferred = settlementOf(invocation).deferrals.map(({ record }) => record);
  if (deferred.length === 0 || (error !== undefined && response === undefined)) return response;
  const failed = failedRecords(recordsOf(event), response, error, deferred);
  return batchResponse([...failed.map(({ record }) => record), ...deferred]);
}

/** How many counts are under way at once: a batch may hold thousands of records. */
const COUNTED_AT_ONCE = 10;

/** Records coming back through no fault of theirs: what cannot be counted in time will look like an attempt. */
export function countAsNoAttempt({ instance, requestId }: Invocation, records: readonly QueueRecord[]): void {
  const ids = records.map(messageIdOf).filter((id) => id !== '');
  if (ids.length === 0) return;
  const { syncs, table, service, clock } = instance;
  void syncs.start(`deferrals:${requestId}:${ids[0] ?? ''}`, async (signal) => {
    for (let i = 0; i < ids.length && !signal.aborted; i += COUNTED_AT_ONCE) {
      const now = clock.now();
      await Promise.all(
        ids.slice(i, i + COUNTED_AT_ONCE).map((id) => countDeferral(table, service, id, now, { signal })),
      );
    }
  });
}
