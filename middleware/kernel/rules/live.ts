// The rules an instance works under: loaded during init, polled beside the handler, the last good revision kept.
import { readPolled, type Pause } from '../../../store/items/pause.ts';
import { readDocument, type RulesHead } from '../../../store/items/rules-read.ts';
import { RULE_COPIES } from '../../../store/instance-keys.ts';
import type { StoreUnavailable, Value } from '../../../store/port.ts';
import type { Instance } from '../instance.ts';
import type { Invocation } from '../invocation.ts';
import { errorFields } from '../logger.ts';
import { isSlot, type Policy, type PolicySlot } from '../policy.ts';
import type { Syncable } from '../sync.ts';
import type { RuleDocument } from './document.ts';
import type { Takes } from './gray.ts';
import { lacks, loadFor, type Slots } from './loading.ts';
import type * as Said from './said.ts';
import { Snapshot } from './snapshot.ts';
import { storeLimitMs } from '../patience.ts';
import { isLaterVersion, LIBRARY_VERSION } from '../version.ts';

/** How often the head is read while invocations come, in ms; jittered by a fifth so that a fleet spreads out. */
export const POLL_MS = 4_000;
/** By so much the next poll comes earlier when the table had no room for one, in ms. */
const SOONER_MS = 3_000;
/** Rules older than this are awaited before the handler, in ms, unless the instance is told otherwise. */
export const MAX_STALE_MS = 10_000;
/** After the store gave no answer, nobody waits for it for this long, in ms: it is asked beside the handler. */
const SILENCE_MS = 60_000;
/** How long the wait for stale rules may take, in ms; the first load may take longer since it overlaps init. */
export const WAIT_MS = storeLimitMs(100);
export const FIRST_WAIT_MS = storeLimitMs(200);
/** A load begun during init that is older than this when the first invocation comes is given up, in ms. */
const PRELOAD_LIFE_MS = 10_000;

/**
 * A head read late or from a lagging replica has a lower number and an older time, and is ignored. A lower number with a
 * newer time is a table that was restored from a backup and published to since: that is news.
 */
function isNewer(head: Seen, than: Seen): boolean {
  return head.seq > than.seq || momentOf(head) > momentOf(than);
}

const momentOf = ({ changedAt, publishedAt }: Seen) => changedAt ?? publishedAt;

type Seen = Pick<RulesHead, 'seq' | 'revision' | 'changedAt' | 'publishedAt' | 'gray'>;

const NOTHING = { seq: 0, revision: 0, publishedAt: 0 };

export class LiveRules implements Syncable {
  readonly name = 'rules';
  readonly #instance: Instance;
  /** Those that are there; what compiles every revision. */
  readonly #policies = new Set<Policy>();
  readonly #slots: Slots = new Map();
  readonly #unloadable = new Set<PolicySlot>();
  #loading: Promise<void> | undefined;
  /** Resolved when the poll under way has got rules whose policies are still to be loaded. */
  #arrived = Promise.withResolvers<void>();
  #snapshot: Snapshot;
  /** The revision that some of the invocations run under instead, and which those are. */
  beside: { readonly snapshot: Snapshot; readonly takes: Takes } | undefined;
  #pause: Pause | undefined;
  #faultsStopped = false;
  /** When the store last said what is in force, ms; undefined before it ever has. */
  #confirmedAt: number | undefined;
  #nextPollAt = 0;
  /** The newest head that was followed, or could not be. */
  seen: Seen = NOTHING;
  #failedAt: number | undefined;
  /** The head's, as it was read last. */
  #fence: Value | undefined;
  #preload: { readonly startedAt: number; settled: boolean; done: Promise<void> } | undefined;

  constructor(instance: Instance, bootstrap: RuleDocument | undefined) {
    this.#instance = instance;
    this.#snapshot = this.#packaged(bootstrap);
  }

  /** A snapshot from packaged rules, or from none; what a policy cannot compile is none. */
  #packaged(bootstrap: RuleDocument | undefined): Snapshot {
    const snapshot = (from: 'bootstrap' | 'none', document: RuleDocument) =>
      new Snapshot({ ...NOTHING, from }, document, this.#policies, this.#instance);
    try {
      if (bootstrap) return snapshot('bootstrap', bootstrap);
    } catch (error) {
      this.#instance.logger.error('flyball cannot use the packaged rules', errorFields(error));
    }
    return snapshot('none', { apiVersion: 'flyball/v1', service: this.#instance.service });
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Puts an invocation that begins under its revision. */
  assign(invocation: Invocation): void {
    const { beside } = this;
    invocation.under(beside?.takes(invocation) ? beside.snapshot : this.#snapshot);
  }

  /** What an operator has paused, if anything at `nowMs`. It ends by itself, also while the store is away. */
  pauseAt(nowMs: number): Pause | undefined {
    return this.#pause && nowMs < this.#pause.until ? this.#pause : undefined;
  }

  /**
   * Whether faults may be injected: not once they have been stopped, nor while it is not known whether they have been, as
   * under packaged rules or when the store is away.
   */
  takesFaultsAt(nowMs: number): boolean {
    if (this.#faultsStopped || this.#confirmedAt === undefined) return false;
    return nowMs - this.#confirmedAt <= this.#instance.maxStaleMs + POLL_MS;
  }

  /**
   * What rules need that are in force, or here and about to be, and has not been loaded yet; undefined when everything is
   * there. Never rejects.
   */
  get loading(): Promise<void> | undefined {
    return this.#loading;
  }

  /** Adds a policy: it compiles the revision in force now, and every later one as it arrives. */
  register(place: Policy | PolicySlot): void {
    // The next poll compiles it again, with this one.
    if (this.beside) this.lookAgain();
    if (!isSlot(place)) this.#registerPolicy(place);
    else if (!this.#slots.has(place)) {
      this.#slots.set(place, undefined);
      if (place.needed(this.#snapshot.document)) this.#waitFor(this.load(place));
    }
  }

  #registerPolicy(policy: Policy): void {
    if (this.#policies.has(policy)) return;
    this.#policies.add(policy);
    const { origin, document } = this.#snapshot;
    try {
      this.#snapshot.of(policy);
    } catch (error) {
      if (origin.from !== 'bootstrap') throw error;
      this.#snapshot = this.#packaged(document);
    }
  }

  /** Makes invocations wait for local work that never rejects. */
  #waitFor(work: Promise<void>): void {
    const loading = Promise.all([this.#loading, work]).then(() => {
      if (this.#loading === loading) this.#loading = undefined;
    });
    this.#loading = loading;
  }

  /** The policy of a slot, once it has been loaded. */
  policyOf(slot: PolicySlot): Policy | undefined {
    return this.#slots.get(slot);
  }

  /** True for a slot whose policy could not be loaded: its file is missing, or its module throws. */
  isUnloadable(slot: PolicySlot): boolean {
    return this.#unloadable.has(slot);
  }

  /** Loads a slot's policy for the rules in force. Never rejects: what goes wrong is counted and said, once. */
  async load(slot: PolicySlot): Promise<void> {
    if (this.#unloadable.has(slot)) return;
    try {
      const policy = await slot.load(this.#snapshot.document);
      this.#registerPolicy(policy);
      this.#slots.set(slot, policy);
    } catch (error) {
      this.#unloadable.add(slot);
      this.#instance.recorder.internal(`unloadable:${slot.name}`);
      this.#instance.logger.error('flyball could not load a policy', { policy: slot.name, ...errorFields(error) });
    }
  }

  /**
   * Starts the first load, so that it overlaps the rest of the init phase. It stays outside of the syncs: an environment
   * may be initialized long before its first invocation, or keep its event loop busy for all of its init.
   */
  preload(): void {
    if (this.#preload) return;
    const { clock, logger } = this.#instance;
    const startedAt = clock.now();
    const preload = { startedAt, settled: false, done: Promise.resolve() };
    preload.done = this.run(startedAt, new AbortController().signal)
      .catch((error: unknown) => {
        logger.warn('flyball could not load rules during init', errorFields(error));
      })
      .finally(() => {
        preload.settled = true;
      });
    this.#preload = preload;
  }

  due(nowMs: number): boolean {
    return nowMs >= this.#nextPollAt;
  }

  /** Waits for rules only when those at hand are staler than the hard limit; undefined when they are fresh enough. */
  awaitIfStale(nowMs: number): Promise<void> | undefined {
    if (this.#confirmedAt !== undefined && nowMs - this.#confirmedAt <= this.#instance.maxStaleMs) return undefined;
    const preload = this.#preload;
    // Frozen between init and this invocation, a load under way has a dead socket: begin again.
    if (preload && !preload.settled && nowMs - preload.startedAt <= PRELOAD_LIFE_MS) {
      return this.#within(preload.done, FIRST_WAIT_MS);
    }
    // A store that lately did not answer costs nobody a wait: it is asked again beside the handler.
    if (this.#failedAt !== undefined && nowMs - this.#failedAt <= SILENCE_MS) return undefined;
    return this.#within(
      this.#instance.syncs.start(this.name, (signal) => this.run(nowMs, signal)),
      WAIT_MS,
    );
  }

  /** One poll: the head, and the document only when there is a newer one. */
  async run(nowMs: number, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#instance;
    this.#nextPollAt = nowMs + POLL_MS * (0.8 + 0.4 * random());
    this.#arrived = Promise.withResolvers<void>();
    try {
      await this.#refresh(signal);
    } catch (error) {
      this.#failedAt = clock.now();
      // Others were too many: they are served by then.
      if ((error as Partial<StoreUnavailable>).reason === 'throttled') this.#nextPollAt -= SOONER_MS;
      throw error;
    }
    this.#confirmedAt = clock.now();
    this.#failedAt = undefined;
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    const { table, service } = this.#instance;
    const { head, pause, faultsStopped, fence } = await readPolled(table, service, { signal });
    this.#faultsStopped = faultsStopped;
    this.#fence = fence;
    await this.#obey(pause);
    if (!head || !isNewer(head, this.seen)) return;
    if (head.gray === undefined) await this.build(head, signal, (snapshot) => this.follow(head, snapshot));
    else await (await import('./gray.ts')).followGray(head, this, this.#instance, signal);
  }

  /**
   * Reads and compiles a revision, unless it is the one in force, and hands it over; nothing when this library cannot,
   * which has been said then. Invocations wait for its files, if those are still to be loaded, unless it comes `beside`.
   */
  async build(
    head: RulesHead,
    signal: AbortSignal,
    done: (snapshot: Snapshot | undefined) => void,
    beside = false,
  ): Promise<void> {
    const { table, service, random } = this.#instance;
    const { origin } = this.#snapshot;
    if (origin.revision === head.revision && origin.publishedAt === head.publishedAt) {
      done(this.#snapshot);
      return;
    }
    if (head.needs !== undefined && isLaterVersion(head.needs, LIBRARY_VERSION)) {
      done(await this.#reject(head));
      return;
    }
    const read = () =>
      readDocument(table, service, head.revision, Math.floor(random() * RULE_COPIES), { signal }, this.#fence);
    // Another copy lies elsewhere: where one is asked too much, or is damaged, that one need not be.
    const document = (await read().catch(read)) as RuleDocument;
    const building = this.#compile(head, document).then(done);
    if (!beside && lacks(document, this.#slots)) {
      // The store has answered: whoever waits for it waits for files now, which have no limit.
      this.#waitFor(building);
      this.#arrived.resolve();
    }
    await building;
  }

  /** Follows a head from now on, unless another poll has been faster: under this revision, or as before. */
  follow(head: RulesHead, snapshot = this.#snapshot, beside?: LiveRules['beside']): void {
    // Whoever waited for it may be gone: what was read holds all the same.
    if (!isNewer(head, this.seen)) return;
    this.seen = head;
    this.#snapshot = snapshot;
    this.beside = beside;
    // Whoever waited for these rules goes on before the poll that brought them does.
    this.#confirmedAt = this.#instance.clock.now();
  }

  /** Has the next poll look at the head as if it were new. */
  lookAgain(): void {
    this.beside = undefined;
    this.seen = NOTHING;
  }

  /** A pause is no revision: it comes and goes beside the rules. */
  async #obey(pause: Pause | undefined): Promise<void> {
    const was = this.#pause;
    this.#pause = pause;
    if (pause ?? was) await this.#say(({ sayPause }) => sayPause(this.#instance, was, pause));
  }

  /** Nothing fails for what could not be said. */
  async #say(say: (said: typeof Said) => void): Promise<void> {
    await import('./said.ts').then(say).catch(() => {});
  }

  /** Never rejects. */
  async #compile(head: RulesHead, document: RuleDocument): Promise<Snapshot | undefined> {
    try {
      await loadFor(document, this.#slots, this.#policies);
      return new Snapshot({ ...head, from: 'store' }, document, this.#policies, this.#instance);
    } catch (error) {
      return this.#reject(head, error);
    }
  }

  /** A revision this library cannot compile or understand is refused once and said so; the last good one stays. */
  async #reject(head: RulesHead, error?: unknown): Promise<undefined> {
    this.#instance.recorder.internal('rules:rejected');
    await this.#say(({ sayRejected }) => sayRejected(this.#instance, head, error));
  }

  async #within(load: Promise<void>, limitMs: number): Promise<void> {
    const { clock } = this.#instance;
    let cancel = () => {};
    const limit = new Promise<void>((resolve) => {
      cancel = clock.after(limitMs, resolve);
    });
    await Promise.race([load, limit, this.#arrived.promise]);
    cancel();
  }
}
