// What an instance tells of its minute beside the counts: sizes, waits, callers, busiest keys, errors, samples; packed.
import type { Counts } from './telemetry.ts';

/** An exponential histogram as text: the base64 of its encoding. */
export type PackedHistogram = string;

/** What else was measured of a resource's invocations, or of a dependency's calls. */
export interface Measures {
  /** ms that admitted requests waited for flyball; those that did not wait are not in it. */
  readonly waits?: PackedHistogram;
  /** Bytes of what came in (a request, a batch) and of what went out (an answer); of a dependency: of its answers and our requests. */
  readonly bytesIn?: PackedHistogram;
  readonly bytesOut?: PackedHistogram;
  /** ms that Lambda would still have given at the end. */
  readonly left?: PackedHistogram;
}

export interface DependencyMeasures extends Measures {
  /** Attempts after the first. */
  readonly retries?: number;
  /** What the rules send it to: `function:<name>` or `host:<name>`. */
  readonly target?: string;
}

/** Invocations by who or what caused them. */
export interface Inbound {
  readonly outcomes: Counts;
  readonly durations?: PackedHistogram;
  readonly maxMs?: number;
  /** ms between something happening (a message sent, an object made) and its invocation beginning. */
  readonly ages?: PackedHistogram;
  readonly maxAgeMs?: number;
}

/** One key of a busiest-keys sketch: it was met at most `count` times, and at least `count - over` times. */
export type BusyKey = readonly [key: string, count: number, over: number];

/** Errors that are the same as far as anybody who mends them cares. */
export interface ErrorSignature {
  /** Of type, shape and frame; 12 hexadecimal digits. */
  readonly id: string;
  /** The error's name, e.g. `TypeError`. */
  readonly type: string;
  /** The message with what differs from case to case taken out, and what must not leave the function. */
  readonly shape: string;
  /** Where it was thrown: `charge (handler.ts:12)`; empty when unknown. */
  readonly frame: string;
  readonly count: number;
  /** What was invoked, or the dependency that was called. */
  readonly where: string;
  /** The last one's. */
  readonly requestId: string;
  readonly traceId?: string;
}

/** One request, told apart. */
export interface Sample {
  /** When it began, epoch ms. */
  readonly at: number;
  readonly requestId: string;
  readonly why: 'slow' | 'failed' | 'refused' | 'sampled';
  /** How many requests it stands for: 1, or 1/share of those sampled by chance. */
  readonly weight: number;
  readonly resource: string;
  /** As `inbound` names it. */
  readonly source: string;
  readonly outcome: string;
  readonly ms: number;
  readonly waitedMs?: number;
  /** `policy/rule` that refused it, or the entry of a rule: `access/deny/0`. */
  readonly by?: string;
  /** An error signature's id. */
  readonly error?: string;
  readonly traceId?: string;
  /** Hashes of who asked, by the names of throttle keys: `client`, `ip`, `source`. */
  readonly keys?: { readonly [name: string]: string };
}

/** What the environment has, and how much of it was in use at most. */
export interface Machine {
  readonly memoryMb?: number;
  readonly memoryLimitMb?: number;
  readonly tmpMb?: number;
  readonly tmpLimitMb?: number;
  /** The function's own timeout, ms. */
  readonly timeoutMs?: number;
}

/** What was counted under one revision of the rules. */
export type Side = Pick<Inbound, 'outcomes' | 'durations'>;

/** What matched a rule of alerts, by the second (since the epoch) it ended in; seconds without are left out. By what is counted. */
export type BurstCounts = { readonly [id: string]: readonly (readonly [second: number, count: number])[] };

export interface MinuteDetail {
  readonly resources?: { readonly [resource: string]: Measures };
  readonly dependencies?: { readonly [dependency: string]: DependencyMeasures };
  /** By `http`, `queue:<name>`, `bucket:<name>`, `schedule:<name>`, `service:<name>` (a governed caller), `direct` and the like. */
  readonly inbound?: { readonly [source: string]: Inbound };
  /** By throttle rule. */
  readonly keys?: { readonly [rule: string]: readonly BusyKey[] };
  /** By revision; only while part of the fleet is given another than the rest. */
  readonly sides?: { readonly [revision: string]: Side };
  /** Only of rules of alerts whose windows are shorter than a minute. */
  readonly bursts?: BurstCounts;
  readonly machine?: Machine;
  readonly errors?: readonly ErrorSignature[];
  readonly samples?: readonly Sample[];
}

/** Loaded when the first minute is put. */
const zlib = () => process.getBuiltinModule('node:zlib');

/** What says it becomes more is not read. */
const LARGEST_BYTES = 4 * 1024 * 1024;
/** No instance's item is larger than this, and its detail unpacked is far smaller than that: what says otherwise is not looked at. */
const LARGEST_DETAIL = { packed: 16 * 1024, unpacked: 256 * 1024 } as const;

/** JSON, deflated: names repeat, and a field more breaks no older reader. */
export function pack(value: object): Uint8Array {
  return new Uint8Array(zlib().deflateRawSync(JSON.stringify(value)));
}

/** @throws {Error} when these bytes are nothing that `pack` wrote, or become more than `most`. */
export function unpack(bytes: Uint8Array, most = LARGEST_BYTES): unknown {
  return JSON.parse(zlib().inflateRawSync(bytes, { maxOutputLength: most }).toString('utf8'));
}

export function packDetail(detail: MinuteDetail): Uint8Array {
  return pack(detail);
}

/** Empty when there is none, or none that can be read: the counts stand by themselves. */
export function unpackDetail(bytes: Uint8Array | undefined): MinuteDetail {
  if (!bytes || bytes.length > LARGEST_DETAIL.packed) return {};
  try {
    const detail = unpack(bytes, LARGEST_DETAIL.unpacked);
    return typeof detail === 'object' && detail !== null ? detail : {};
  } catch {
    return {};
  }
}
