// The rules an instance works under: loaded during init, polled beside the handler, the last good revision kept.
import { readPolled, type Pause } from '../../../store/items/pause.ts';
import { readDocument, type RulesHead } from '../../../store/items/rules-read.ts';
import { RULE_COPIES } from '../../../store/instance-keys.ts';
import type { Instance } from '../instance.ts';
import { errorFields } from '../logger.ts';
import { isSlot, type Policy, type PolicySlot } from '../policy.ts';
import type { Syncable } from '../sync.ts';
import type { RuleDocument } from './document.ts';
import { Snapshot } from './snapshot.ts';
import { storeLimitMs } from '../patience.ts';
import { isLaterVersion, LIBRARY_VERSION } from '../version.ts';

/** How often the head is read while invocations come, in ms; jittered by a fifth so that a fleet spreads out. */
export const POLL_MS = 4_000;
/** Rules older than this are awaited before the handler, in ms, unless the instance is told otherwise. */
export const MAX_STALE_MS = 10_000;
/** After the store gave no answer, nobody waits for it for this long, in ms: it is asked beside the handler. */
const SILENCE_MS = 60_000;
/** How long the wait for stale rules may take, in ms; the first load may take longer since it overlaps init. */
export const WAIT_MS = storeLimitMs(100);
export const FIRST_WAIT_MS = storeLimitMs(200);
/** A load begun during init that is older than this when the first invocation comes is given up, in ms. */
const PRELOAD_LIFE_MS = 10_000;

/** Spreads instances over the copies of a document. */
function copyOf(instanceId: string): number {
  let hash = 0;
  for (let i = 0; i < instanceId.length; i++) hash = (Math.imul(hash, 31) + instanceId.charCodeAt(i)) >>> 0;
  return hash % RULE_COPIES;
}

/**
 * A head read late or from a lagging replica has a lower number and an older time, and is ignored. A lower number with a
 * newer time is a table that was restored from a backup and published to since: that is news.
 */
function isNewer(head: RulesHead, than: Pick<RulesHead, 'seq' | 'publishedAt'>): boolean {
  return head.seq > than.seq || head.publishedAt > than.publishedAt;
}

export class LiveRules implements Syncable {
  readonly name = 'rules';
  readonly #instance: Instance;
  /** Those that are there; what compiles every revision. */
  readonly #policies = new Set<Policy>();
  /** With the policy once it has been loaded. */
  readonly #slots = new Map<PolicySlot, Policy | undefined>();
  readonly #unloadable = new Set<PolicySlot>();
  #loading: Promise<void> | undefined;
  /** Resolved when the poll under way has got rules whose policies are still to be loaded. */
  #arrived = Promise.withResolvers<void>();
  #snapshot: Snapshot;
  #pause: Pause | undefined;
  #faultsStopped = false;
  /** When the store last said what is in force, ms; undefined before it ever has. */
  #confirmedAt: number | undefined;
  #nextPollAt = 0;
  #rejected: Pick<RulesHead, 'seq' | 'publishedAt'> = { seq: 0, publishedAt: 0 };
  #failedAt: number | undefined;
  #preload: { readonly startedAt: number; settled: boolean; done: Promise<void> } | undefined;

  constructor(instance: Instance, bootstrap: RuleDocument | undefined) {
    this.#instance = instance;
    this.#snapshot = this.#packaged(bootstrap);
  }

  /** A snapshot from packaged rules, or from none; what a policy cannot compile is none. */
  #packaged(bootstrap: RuleDocument | undefined): Snapshot {
    const origin = { seq: 0, revision: 0, publishedAt: 0 };
    try {
      if (bootstrap) return new Snapshot({ ...origin, from: 'bootstrap' }, bootstrap, this.#policies, this.#instance);
    } catch (error) {
      this.#instance.logger.error('flyball cannot use the packaged rules', errorFields(error));
    }
    const none: RuleDocument = { apiVersion: 'flyball/v1', service: this.#instance.service };
    return new Snapshot({ ...origin, from: 'none' }, none, this.#policies, this.#instance);
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
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
    if (isSlot(place)) this.#registerSlot(place);
    else this.#registerPolicy(place);
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

  #registerSlot(slot: PolicySlot): void {
    if (this.#slots.has(slot)) return;
    this.#slots.set(slot, undefined);
    if (!slot.needed(this.#snapshot.document)) return;
    this.#waitFor(this.load(slot));
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

  #needed(document: RuleDocument): PolicySlot[] {
    return [...this.#slots.keys()].filter((slot) => slot.needed(document));
  }

  #lacks(document: RuleDocument): boolean {
    return this.#needed(document).some((slot) => !this.#slots.get(slot));
  }

  /** Loads what a revision needs before it comes in force. @throws what loading throws. */
  async #loadFor(document: RuleDocument): Promise<void> {
    const ready = new Set<PolicySlot>();
    const missing = () => this.#needed(document).filter((slot) => !ready.has(slot));
    // Another handler of the service may have registered meanwhile, and loaded what the rules before this needed.
    for (let slots = missing(); slots.length > 0; slots = missing()) {
      await Promise.all(
        slots.map(async (slot) => {
          const policy = await slot.load(document);
          this.#slots.set(slot, policy);
          this.#policies.add(policy);
          ready.add(slot);
        }),
      );
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
      throw error;
    }
    this.#confirmedAt = clock.now();
    this.#failedAt = undefined;
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    const { table, service, id } = this.#instance;
    const { head, pause, faultsStopped } = await readPolled(table, service, { signal });
    this.#obey(pause);
    this.#faultsStopped = faultsStopped;
    if (!head || !isNewer(head, this.#snapshot.origin) || !isNewer(head, this.#rejected)) return;
    if (head.needs !== undefined && isLaterVersion(head.needs, LIBRARY_VERSION)) {
      const reason = `Revision ${head.revision} needs flyball ${head.needs}, and this function has ${LIBRARY_VERSION}: deploy it with a newer one`;
      this.#reject(head, new Error(reason));
      return;
    }
    const document = await readDocument(table, service, head.revision, copyOf(id), { signal });
    const installing = this.#install(head, document as RuleDocument);
    if (this.#lacks(document as RuleDocument)) {
      // The store has answered: whoever waits for it waits for files now, which have no limit.
      this.#waitFor(installing);
      this.#arrived.resolve();
    }
    await installing;
  }

  /** A pause is no revision: it comes and goes beside the rules. */
  #obey(pause: Pause | undefined): void {
    const was = this.#pause;
    this.#pause = pause;
    if (pause?.priority === was?.priority && pause?.until === was?.until) return;
    const { clock, logger } = this.#instance;
    const nowMs = clock.now();
    const inForce = this.pauseAt(nowMs);
    if (inForce) {
      const { priority, until, reason } = inForce;
      logger.warn('flyball pauses', { priority, until: new Date(until).toISOString(), reason });
    } else if (was && nowMs < was.until) logger.info('flyball pauses no more', { priority: was.priority });
  }

  /** Never rejects. */
  async #install(head: RulesHead, document: RuleDocument): Promise<void> {
    const origin = { ...head, from: 'store' } as const;
    try {
      await this.#loadFor(document);
      // Another poll may have been faster. Whoever waited for this one may be gone: what was read holds all the same.
      if (!isNewer(head, this.#snapshot.origin)) return;
      this.#snapshot = new Snapshot(origin, document, this.#policies, this.#instance);
    } catch (error) {
      this.#reject(head, error);
    }
  }

  /** A revision this library cannot compile or understand is refused once and said so; the last good one stays. */
  #reject(head: RulesHead, error: unknown): void {
    this.#rejected = head;
    this.#instance.recorder.internal('rules:rejected');
    this.#instance.logger.error('flyball kept the last good rules', {
      rejected: head.revision,
      inForce: this.#snapshot.origin.revision,
      ...errorFields(error),
    });
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
