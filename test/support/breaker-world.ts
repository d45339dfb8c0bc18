// A fleet with one breaker whose store, time and instances may do whatever they do at their worst, one step at a time.
import { loadChanged } from '../../middleware/breaker/later.ts';
import { Breaker, type Ticket } from '../../middleware/breaker/breaker.ts';
import type { Result } from '../../middleware/breaker/machine.ts';
import { breakerSettings, type BreakerSettings } from '../../middleware/breaker/settings.ts';
import type { Clock } from '../../middleware/kernel/clock.ts';
import type { Instance } from '../../middleware/kernel/instance.ts';
import type { BreakerRule } from '../../middleware/kernel/rules/document.ts';
import { memoryTable } from '../../middleware/testing/table/memory-table.ts';
import { recordOf, type BreakerRecord, type ForcedState } from '../../store/items/breaker-record.ts';
import { divideBreaker } from '../../store/items/breaker-shards.ts';
import { BreakerNotForced, forceBreaker } from '../../store/items/breaker.ts';
import { keys } from '../../store/keys.ts';
import { StoreUnavailable, type CallOptions, type Item, type Key, type Table } from '../../store/port.ts';
import { START } from './breaker-fleet.ts';
import { BreakerLedger, type Sent } from './breaker-ledger.ts';
import { fakeClock } from './fake-clock.ts';
import { testContext, testInstance, testInvocation } from './instance.ts';

/** A request on its way to the store, or an answer on its way back. */
interface Message {
  readonly to: 'store' | 'instance';
  readonly member: WorldMember;
  deliver(): void;
  lose(): void;
  /** Refused before anything was done, since too much was asked; an answer that is on its way arrives. */
  throttle(): void;
  /** Answered by a replica that has not heard of the last write, where that may be. */
  lag(): void;
}

/** An attempt at the dependency. */
export interface Out {
  readonly member: WorldMember;
  readonly ticket: Ticket;
}

export interface WorldMember {
  readonly instance: Instance;
  readonly breaker: Breaker;
  frozen: boolean;
  dead: boolean;
  /** An exchange of its own had no answer: from then on it may rightly take itself to be alone. */
  wronged: boolean;
  readonly thaw: (() => void)[];
}

/** A change of the item that holds the state. */
export interface Write {
  readonly at: number;
  readonly before: BreakerRecord;
  readonly after: BreakerRecord;
}

const STATE = keys.breaker('orders', 'payments');
const nameOf = ({ pk, sk }: Key) => `${pk} ${sk}`;

export class BreakerWorld {
  readonly clock = fakeClock(START);
  readonly table = memoryTable();
  readonly settings: BreakerSettings;
  readonly members: WorldMember[] = [];
  readonly messages: Message[] = [];
  readonly out: Out[] = [];
  /** Every attempt that has been admitted. */
  readonly admitted: Out[] = [];
  /** What ended, as it was told to the breaker. */
  readonly ended: (Out & { readonly result: Result })[] = [];
  readonly writes: Write[] = [];
  /** What instances have told of the calls that ended there. */
  readonly ledger = new BreakerLedger();
  /** Of each item, what it was before its last write. */
  readonly #before = new Map<string, Item | undefined>();
  away = false;
  /** Nothing has gone wrong yet: no answer lost, no instance frozen or dead. */
  calm = true;
  #named = 0;
  #requests = 0;

  constructor(size: number, rule: BreakerRule) {
    this.settings = breakerSettings(rule, { attemptTimeout: '500ms' });
    for (let i = 0; i < size; i++) this.members.push(this.#born());
  }

  get record(): BreakerRecord {
    return recordOf(this.table.item(STATE));
  }

  /** What a shard holds: counts of its own, and a copy of the state. */
  shard(index: number): BreakerRecord {
    return recordOf(this.table.item(keys.breakerShard('orders', 'payments', index)));
  }

  member(index: number): WorldMember {
    const member = this.members[index % this.members.length];
    if (!member) throw new RangeError('a world has members');
    return member;
  }

  /** Lets everything run that waits for nothing but its turn. */
  async turn(): Promise<void> {
    for (let turns = 0; turns < 60; turns++) await Promise.resolve();
  }

  async call(member: WorldMember): Promise<void> {
    if (member.frozen) return;
    const { instance, breaker } = member;
    const requestId = `request-${this.#requests++}`;
    const invocation = testInvocation(instance, {}, testContext(instance.clock, 30_000, requestId));
    instance.syncs.startDue(instance.clock.now());
    const take = (decided: Awaited<ReturnType<Breaker['admit']>>) => {
      if (decided.kind === 'refuse' || member.dead) return;
      const out = { member, ticket: decided };
      this.out.push(out);
      this.admitted.push(out);
    };
    const decided = breaker.admit(invocation, this.settings);
    if (decided instanceof Promise) void decided.then(take);
    else take(decided);
    await this.turn();
  }

  async end(index: number, result: Result): Promise<void> {
    const able = this.out.filter(({ member }) => !member.frozen);
    const out = able[index % Math.max(1, able.length)];
    if (!out) return;
    this.out.splice(this.out.indexOf(out), 1);
    this.ended.push({ ...out, result });
    const { member, ticket } = out;
    // Calls count while it is closed, and not as probes.
    if (member.breaker.closed && !ticket.held && result !== 'ignored') this.ledger.count(member, ticket.epoch);
    out.member.breaker.record(out.ticket, result, false, this.settings);
    await this.turn();
  }

  /** The end of an invocation: what is in flight is waited for, to its limit. */
  async settle(member: WorldMember): Promise<void> {
    if (!member.frozen) void member.instance.syncs.settle();
    await this.turn();
  }

  async carry(index: number, how: 'deliver' | 'lose' | 'throttle' | 'lag'): Promise<void> {
    // What has left arrives, even from the frozen and the dead; answers reach nobody there.
    const able = this.messages.filter(({ to, member }) => to === 'store' || !(member.frozen || member.dead));
    const message = able[index % Math.max(1, able.length)];
    if (!message) return;
    this.messages.splice(this.messages.indexOf(message), 1);
    message[how]();
    await this.turn();
  }

  async carryAll(): Promise<void> {
    for (let rounds = 0; rounds < 500; rounds++) {
      if (!this.messages.some(({ to, member }) => to === 'store' || !(member.frozen || member.dead))) return;
      await this.carry(0, 'deliver');
    }
    throw new Error('the fleet never stops asking the store');
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.turn();
  }

  /** Its timers stop, and nothing reaches it. */
  freeze(member: WorldMember): void {
    this.calm = false;
    member.frozen = true;
  }

  /** With its next invocation, which abandons what a freeze has left in flight. */
  async thaw(member: WorldMember): Promise<void> {
    if (!member.frozen) return;
    member.frozen = false;
    member.instance.syncs.startDue(this.clock.now());
    for (const late of member.thaw.splice(0)) late();
    await this.turn();
  }

  /** Its attempts never report; another takes its place, that has seen nothing. */
  die(index: number): void {
    const member = this.member(index);
    this.calm = false;
    member.dead = true;
    member.frozen = true;
    for (const out of this.out.filter((one) => one.member === member)) this.out.splice(this.out.indexOf(out), 1);
    this.members[this.members.indexOf(member)] = this.#born();
  }

  async force(state: ForcedState['state'] | null, forMs?: number): Promise<void> {
    const nowMs = this.clock.now();
    const until = state !== null && forMs !== undefined ? nowMs + forMs : undefined;
    const before = this.record;
    try {
      await forceBreaker(this.table, {
        service: 'orders',
        name: 'payments',
        state,
        until,
        reason: '',
        by: 'ops',
        nowMs,
      });
    } catch (error) {
      // Operators release what is not forced as well; nothing is written then.
      if (state === null && error instanceof BreakerNotForced) return;
      throw error;
    }
    this.writes.push({ at: nowMs, before, after: this.record });
  }

  /** The fleet's counts are in so many items from now on. */
  async divide(to: number): Promise<void> {
    await divideBreaker(this.table, 'orders', 'payments', { from: this.record.shards ?? 1, to });
  }

  async loseShard(index: number): Promise<void> {
    await this.table.delete({ key: keys.breakerShard('orders', 'payments', index) });
  }

  #born(): WorldMember {
    const instance = testInstance({ id: `i${this.#named++}`, clock: this.#clockOf(() => member) });
    const member: WorldMember = {
      instance,
      breaker: new Breaker('payments', Object.assign(instance, { table: this.#tableOf(() => member) })),
      frozen: false,
      dead: false,
      wronged: false,
      thaw: [],
    };
    return member;
  }

  #clockOf(member: () => WorldMember): Clock {
    const { clock } = this;
    return {
      now: () => clock.now(),
      precise: () => clock.precise(),
      after: (ms, callback) =>
        clock.after(ms, () => {
          if (member().frozen) member().thaw.push(callback);
          else callback();
        }),
    };
  }

  #tableOf(member: () => WorldMember): Table {
    const { table } = this;
    return {
      get: (key, options) =>
        this.#send(member(), options, () => table.get(key, { consistent: true }), {
          old: options?.consistent === true ? undefined : () => Promise.resolve(this.#before.get(nameOf(key))),
        }),
      put: (request) =>
        this.#send(member(), request, () => this.#noting(request.item, () => table.put(untied(request)))),
      update: (request) => {
        const sent = this.ledger.sent(member(), request);
        const ask = () => this.#noting(request.key, () => table.update(untied(request)), sent);
        return this.#send(member(), request, ask, { sent });
      },
      delete: (request) => this.#send(member(), request, () => table.delete(untied(request))),
      query: (request) => this.#send(member(), request, () => table.query(untied(request))),
    };
  }

  /** Carries a write out, and keeps what it has changed. */
  async #noting<T extends { applied: boolean }>(key: Key, write: () => Promise<T>, sent?: Sent): Promise<T> {
    const item = this.table.item(key);
    const before = this.record;
    const written = await write();
    if (sent) sent.became = written.applied ? 'applied' : 'refused';
    if (!written.applied) return written;
    this.#before.set(nameOf(key), item);
    if (nameOf(key) === nameOf(STATE)) this.writes.push({ at: this.clock.now(), before, after: this.record });
    return written;
  }

  #send<T>(
    member: WorldMember,
    { signal }: CallOptions = {},
    ask: () => Promise<T>,
    { old = ask, sent }: { readonly old?: (() => Promise<T>) | undefined; readonly sent?: Sent | undefined } = {},
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const fail = (reason: 'connect' | 'timeout' | 'aborted' | 'throttled') => {
        member.wronged = true;
        this.calm = false;
        reject(new StoreUnavailable(reason, 'the store gives no answer in this test'));
      };
      if (this.away) {
        fail('connect');
        return;
      }
      signal?.addEventListener('abort', () => fail('aborted'), { once: true });
      const answer = (given: Promise<T>) => {
        const deliver = () => resolve(given);
        const lose = () => fail('timeout');
        this.messages.push({ to: 'instance', member, deliver, lose, throttle: deliver, lag: deliver });
      };
      this.messages.push({
        to: 'store',
        member,
        deliver: () => answer(ask()),
        lag: () => answer(old()),
        lose: () => fail('timeout'),
        throttle: () => {
          if (sent) sent.became = signal?.aborted === true ? 'lost' : 'throttled';
          fail('throttled');
        },
      });
    });
  }
}

export { loadChanged };

/** What has left arrives, whether or not its sender still waits for it. */
function untied<Request extends CallOptions>(request: Request): Request {
  return { ...request, signal: new AbortController().signal };
}
