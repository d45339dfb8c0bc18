// One Lambda execution environment as flyball sees it: everything that lives longer than an invocation hangs here.
import { interposedTable, type InterposedTable } from '../../store/interposed.ts';
import type { Table } from '../../store/port.ts';
import type { Clock, Random } from './clock.ts';
import type { Extension } from './extension.ts';
import type { Invocation } from './invocation.ts';
import { errorFields, loggerWith, type InstanceLogger, type Logger } from './logger.ts';
import { silentRecorder, type Recorder } from './recorder.ts';
import type { RuleDocument } from './rules/document.ts';
import { LiveRules, MAX_STALE_MS } from './rules/live.ts';
import { Syncs } from './sync.ts';
import type { OnTransition } from './transition.ts';

/** Internal errors of one policy in a row before it is switched off on this instance. */
const CONTAIN_LIMIT = 5;
const SWITCHED_OFF_MS = 60_000;

export interface InstanceOptions {
  readonly service: string;
  readonly id: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly table: Table;
  /** False for one that refuses everything, which has been said: what cannot be exchanged is then no news. */
  readonly hasTable?: boolean;
  /** True while the store is known not to answer; nothing then waits for it. */
  readonly storeAway?: (() => boolean) | undefined;
  readonly logger: Logger;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly bootstrap?: RuleDocument | undefined;
  readonly maxStaleMs?: number | undefined;
  /** Keeps the environment awake for syncs after the response; without one they are awaited before it. */
  readonly extension?: Extension | undefined;
}

export class Instance {
  readonly service: string;
  /** Names this environment in telemetry, leases and probes. */
  readonly id: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly table: InterposedTable;
  /** Says on every line which service is governed and by which instance. */
  readonly logger: InstanceLogger;
  /** What was read from the store longer ago than this, in ms, is awaited before it is used; younger is refreshed beside. */
  readonly maxStaleMs: number;
  readonly syncs: Syncs;
  readonly extension: Extension | undefined;
  readonly rules: LiveRules;
  recorder: Recorder = silentRecorder;
  /** Takes what must not leave the function out of a text that is about to: messages and stacks of errors. */
  redact: (text: string) => string = (text) => text;
  /** Told when a breaker changes. */
  readonly onTransition = new Set<OnTransition>();
  /** True until the first invocation has begun. */
  cold = true;
  /** Invocations that have begun and not ended, as far as is known. */
  readonly open = new Set<Invocation>();
  readonly #state = new Map<object, unknown>();
  readonly #failures = new Map<string, number>();
  /** With the time from which a policy is tried again, epoch ms. */
  readonly #switchedOff = new Map<string, number>();

  constructor(options: InstanceOptions) {
    this.service = options.service;
    this.id = options.id;
    this.functionName = options.functionName;
    this.functionVersion = options.functionVersion;
    this.clock = options.clock;
    this.random = options.random;
    this.table = interposedTable(options.table);
    this.logger = loggerWith(options.logger, { governed: options.service, instance: options.id });
    const { hasTable = true, storeAway = () => !hasTable } = options;
    this.syncs = new Syncs(options.clock, hasTable ? this.logger : { ...this.logger, warn: () => {} }, storeAway);
    this.maxStaleMs = options.maxStaleMs ?? MAX_STALE_MS;
    this.extension = options.extension;
    this.rules = new LiveRules(this, options.bootstrap);
    this.syncs.add(this.rules);
  }

  /** State that `owner` (a policy) keeps on this instance, across revisions. */
  state<T>(owner: object, create: () => T): T {
    let state = this.#state.get(owner) as T | undefined;
    if (state === undefined) {
      state = create();
      this.#state.set(owner, state);
    }
    return state;
  }

  /** Nobody tells of the end of what another middleware has answered, unless there is `governPlugin`: its time ends it. */
  serving(nowMs: number): boolean {
    for (const one of this.open) if (one.endsBy <= nowMs) this.open.delete(one);
    return this.open.size > 0;
  }

  /**
   * False once a policy has failed too often here: it is then left out for a minute, so that it cannot hurt the function;
   * and then tried again, since what made it fail may have been one caller's doing.
   */
  trusts(policy: string): boolean {
    if (this.#switchedOff.size === 0) return true;
    const untilMs = this.#switchedOff.get(policy);
    if (untilMs === undefined) return true;
    if (this.clock.now() < untilMs) return false;
    this.#switchedOff.delete(policy);
    for (const hook of ['before', 'after', 'stage']) this.#failures.delete(`${policy} ${hook}`);
    return true;
  }

  /** Counts an error inside flyball that must not reach the function; too many in a row of one hook end the policy here. */
  contain(policy: string, hook: 'before' | 'after' | 'stage', error: unknown): void {
    const failures = (this.#failures.get(`${policy} ${hook}`) ?? 0) + 1;
    this.#failures.set(`${policy} ${hook}`, failures);
    if (failures >= CONTAIN_LIMIT) this.#switchedOff.set(policy, this.clock.now() + SWITCHED_OFF_MS);
    this.recorder.internal(`contained:${policy}`);
    this.logger.error(
      failures >= CONTAIN_LIMIT ? 'flyball switched a policy off after repeated errors' : 'flyball contained an error',
      { policy, hook, failures, ...errorFields(error) },
    );
  }

  /** A hook that worked: only errors in a row count. */
  absolve(policy: string, hook: 'before' | 'after' | 'stage'): void {
    if (this.#failures.size > 0) this.#failures.delete(`${policy} ${hook}`);
  }
}
