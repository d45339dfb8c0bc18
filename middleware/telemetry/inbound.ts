// Invocations by who or what caused them, while they grow: outcomes, durations, and how old their events were.
import type { Inbound } from '../../store/items/telemetry-detail.ts';
import { CALLER_HEADER } from '../kernel/caller-header.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { parkingQueueName } from '../kernel/parking.ts';
import type { Trigger } from '../kernel/trigger.ts';
import { happenedAt } from './age.ts';
import { Histogram } from './histogram.ts';
import { packed, packedBytes } from './measures.ts';
import { GrowingTally, OTHER } from './tally.ts';

const MOST_SOURCES = 50;
const LONGEST_NAME = 160;
/** As services are named. */
const SERVICE = /^[a-z0-9-]{1,64}$/;

class GrowingInbound {
  readonly #tally = new GrowingTally();
  #ages: Histogram | undefined;

  record(outcome: Outcome, durationMs: number, bucket: number): void {
    this.#tally.record(outcome, durationMs, bucket, false, false);
  }

  age(ms: number): void {
    (this.#ages ??= new Histogram()).record(ms);
  }

  /** Undefined when there is nothing to tell; `anyway` tells that it is there. */
  read(anyway: boolean): Inbound | undefined {
    const tally = this.#tally.read();
    const ages = packed(this.#ages);
    if (!tally && ages === undefined && !anyway) return undefined;
    const { outcomes, durations, maxMs } = tally ?? { outcomes: {} };
    return {
      outcomes,
      ...(durations && maxMs !== undefined ? { durations: packedBytes(durations), maxMs } : {}),
      ...(ages === undefined ? {} : { ages, maxAgeMs: Math.round(this.#ages?.max ?? 0) }),
    };
  }

  clear(): void {
    this.#tally.clear();
    this.#ages?.clear();
  }
}

export class Sources {
  readonly #web = new GrowingInbound();
  /** By the kind of their source and its name, so that no text is made for an invocation. */
  readonly #byKind = new Map<string, Map<string, GrowingInbound>>();
  #known = 0;

  /** `offsetMs` is what the store's clock is ahead of this machine's. */
  record(invocation: Invocation, outcome: Outcome, durationMs: number, bucket: number, offsetMs: number): void {
    const { trigger } = invocation;
    const caller = callerOf(invocation);
    if (trigger.kind === 'http' && caller === undefined) {
      this.#web.record(outcome, durationMs, bucket);
      return;
    }
    const inbound = caller === undefined ? this.#of(trigger.kind, trigger.source) : this.#of('service', caller);
    inbound.record(outcome, durationMs, bucket);
    const nowMs = invocation.startedAt + offsetMs;
    ageBy(inbound, trigger, invocation.event, nowMs);
    // Counted once, by what it was before it was parked; how long messages wait is the queue's own.
    const { broughtBy } = invocation;
    if (broughtBy) {
      const { kind, source } = broughtBy.trigger;
      ageBy(this.#of(kind, source), broughtBy.trigger, broughtBy.event, nowMs);
    }
  }

  #of(kind: string, name: string): GrowingInbound {
    return this.#byKind.get(kind)?.get(name) ?? this.#create(kind, name);
  }

  #create(kind: string, name: string): GrowingInbound {
    if (kind === 'service' && !SERVICE.test(name)) return this.#of('direct', '');
    const [keptKind, keptName] = this.#known < MOST_SOURCES ? [kind, name.slice(0, LONGEST_NAME)] : [OTHER, ''];
    let byName = this.#byKind.get(keptKind);
    if (!byName) this.#byKind.set(keptKind, (byName = new Map<string, GrowingInbound>()));
    let inbound = byName.get(keptName);
    if (!inbound) {
      byName.set(keptName, (inbound = new GrowingInbound()));
      this.#known++;
    }
    return inbound;
  }

  read(): { readonly [source: string]: Inbound } {
    const read: [string, Inbound][] = [];
    const add = (source: string, inbound: Inbound | undefined) => inbound && read.push([source, inbound]);
    add('http', this.#web.read(false));
    // Events may wait in it that have not come back yet.
    const parking = parkingQueueName();
    const standing = parking === undefined ? undefined : this.#of('queue', parking);
    for (const [kind, byName] of this.#byKind) {
      for (const [name, inbound] of byName)
        add(named(kind, name), inbound.read(inbound === standing && kind !== OTHER));
    }
    return Object.fromEntries(read);
  }

  clear(): void {
    this.#web.clear();
    for (const byName of this.#byKind.values()) for (const inbound of byName.values()) inbound.clear();
  }
}

function ageBy(inbound: GrowingInbound, trigger: Trigger, event: unknown, nowMs: number): void {
  const at = happenedAt(trigger, event);
  if (at !== undefined) inbound.age(Math.max(0, nowMs - at));
}

/** As `inbound` names what caused an invocation: `http`, `queue:settlement`, `service:orders`. */
export function sourceOf(invocation: Invocation): string {
  const { trigger } = invocation;
  const caller = callerOf(invocation);
  if (caller !== undefined && SERVICE.test(caller)) return named('service', caller);
  return named(trigger.kind, trigger.source.slice(0, LONGEST_NAME));
}

const named = (kind: string, name: string) => (name === '' ? kind : `${kind}:${name}`);

function callerOf({ trigger: { kind, byOutsider }, event, signedBy }: Invocation): string | undefined {
  if (signedBy !== undefined) return signedBy;
  if (kind !== 'direct' || byOutsider || typeof event !== 'object' || event === null) return undefined;
  const { headers } = event as Readonly<Record<string, unknown>>;
  if (typeof headers !== 'object' || headers === null) return undefined;
  const caller = (headers as Record<string, unknown>)[CALLER_HEADER];
  return typeof caller === 'string' ? caller : undefined;
}
