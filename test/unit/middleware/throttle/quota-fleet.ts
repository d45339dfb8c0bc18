// A fleet that shares one leased quota: what its instances admit, with answers that get lost, deaths and long freezes.
import { Memory, type RuleMemory } from '../../../../middleware/throttle/memory.ts';
import { fixedWindow } from '../../../../middleware/throttle/fixed-window.ts';
import { isOfTheStore } from '../../../../middleware/throttle/admission.ts';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import type { Leasing, LimitedRule } from '../../../../middleware/throttle/limiter.ts';
import { readQuota, type QuotaRecord } from '../../../../store/items/quota.ts';
import { StoreUnavailable, type Table } from '../../../../store/port.ts';
import { fakeClock, type FakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';

/** What becomes of the next writes of the table. */
export type Fault = 'none' | 'answer-lost' | 'request-lost' | 'throttled';

export interface Member {
  readonly instance: Instance;
  readonly rule: LimitedRule;
}

export class QuotaFleet {
  readonly clock: FakeClock;
  readonly limit: number;
  readonly lengthMs: number;
  fault: Fault = 'none';
  readonly #table: Table;
  readonly #service: string;
  readonly #leasing: Leasing;
  readonly #members: Member[];
  /** Admitted in each window, by its beginning. */
  readonly admitted = new Map<number, number>();
  /** Writes of the counter that were asked for. */
  writes = 0;
  #born = 0;

  constructor(
    table: Table,
    { service, size, limit, lengthMs }: { service: string; size: number; limit: number; lengthMs: number },
  ) {
    this.clock = fakeClock(Date.UTC(2026, 0, 5, 12));
    this.limit = limit;
    this.lengthMs = lengthMs;
    this.#service = service;
    this.#table = { ...table, update: (request) => this.#update(table, request) };
    const { leasing } = fixedWindow({ limit: `${limit}/${lengthMs / 60_000}min`, sync: 'leased', notify: [] });
    if (!leasing) throw new Error('the quota is not leased');
    this.#leasing = leasing;
    this.#members = Array.from({ length: size }, () => this.#newborn());
  }

  #newborn(): Member {
    const id = `instance-${this.#born++}`;
    const instance = testInstance({ service: this.#service, id, clock: this.clock, table: this.#table });
    const memory: RuleMemory = new Memory().of('quota');
    return { instance, rule: { name: 'quota', generation: 'g', memory, storedKeyOf: (raw) => raw } };
  }

  async #update(table: Table, request: Parameters<Table['update']>[0]) {
    if (request.key.sk === 'bucket') this.writes += 1;
    const { fault } = this;
    if (fault === 'throttled') throw new StoreUnavailable('throttled', 'too many writes');
    if (fault === 'request-lost') throw new StoreUnavailable('timeout', 'the request never arrived');
    const written = await table.update(request);
    if (fault === 'answer-lost') throw new StoreUnavailable('timeout', 'the answer never arrived');
    return written;
  }

  get windowStart(): number {
    return Math.floor(this.clock.now() / this.lengthMs) * this.lengthMs;
  }

  /** One invocation, of which a later rule leaves `kept` of what it was given: gives how many tokens it got. */
  async invoke(member: number, wanted: number, kept = Infinity, key = 'ada'): Promise<number> {
    const { instance, rule } = this.#at(member);
    const nowMs = this.clock.now();
    const startMs = this.windowStart;
    instance.syncs.startDue(nowMs);
    const invocation = testInvocation(instance);
    let tokens = 0;
    try {
      const grant =
        this.#leasing.take(invocation, rule, key, nowMs * 1000, wanted) ??
        (await this.#leasing.ask(invocation, rule, key, wanted));
      tokens = Math.min(grant.tokens, kept);
      if (grant.tokens > tokens) this.#leasing.undo(rule, key, grant, grant.tokens - tokens);
    } catch (error) {
      if (!isOfTheStore(error)) throw error;
    }
    this.admitted.set(startMs, (this.admitted.get(startMs) ?? 0) + tokens);
    await instance.syncs.settle();
    return tokens;
  }

  /** An invocation that has nothing to do with the quota: what is due beside it is done. */
  async idle(member: number): Promise<void> {
    const { syncs } = this.#at(member).instance;
    syncs.startDue(this.clock.now());
    await syncs.settle();
  }

  /** What an instance holds is gone with it. */
  kill(member: number): void {
    this.#members[member % this.#members.length] = this.#newborn();
  }

  record(startMs = this.windowStart, key = 'ada'): Promise<QuotaRecord | undefined> {
    const name = { service: this.#service, rule: 'quota', algorithm: 'fixed-window', generation: 'g', key };
    return readQuota(this.#table, name, startMs, { consistent: true });
  }

  get size(): number {
    return this.#members.length;
  }

  #at(member: number): Member {
    const found = this.#members[member % this.#members.length];
    if (!found) throw new Error('an empty fleet');
    return found;
  }
}
