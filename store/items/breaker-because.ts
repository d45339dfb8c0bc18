// Why a breaker is in its state: written into its item by whoever moved it, so that everybody who reads it can tell.
import type { Value } from '../port.ts';

/**
 * `failureRate`, `slowRate`, `surge`: what the fleet counted opened it. `probing`: its time open was over. `probeFailed`,
 * `probesPassed`: what its probes have shown. `forced`, `released`: an operator.
 */
export type Cause =
  'failureRate' | 'slowRate' | 'surge' | 'probing' | 'probeFailed' | 'probesPassed' | 'forced' | 'released';

export interface Because {
  readonly cause: Cause;
  /** The instance that moved it, or the operator. */
  readonly by: string;
  /** The function of that instance. */
  readonly function?: string;
  /** The state as it was shown before. */
  readonly was: string;
  /** What was counted, by name: `calls`, `failures`, `windowMs`. */
  readonly counts?: Readonly<Record<string, number>>;
  /** An operator's. */
  readonly reason?: string;
}

/** With the epoch it is about: a library that does not know it leaves it when it moves the state, and it is then void. */
export function writtenBecause(because: Because, epoch: number): Value {
  return { ...because, ...(because.counts ? { counts: { ...because.counts } } : {}), epoch };
}

export function becauseOf(value: Value | undefined, epoch: number): Because | undefined {
  if (!isMap(value) || value['epoch'] !== epoch) return undefined;
  const { cause, by, was, function: name, counts, reason } = value;
  if (typeof cause !== 'string' || typeof by !== 'string' || typeof was !== 'string') return undefined;
  return {
    cause: cause as Cause,
    by,
    was,
    ...(typeof name === 'string' ? { function: name } : {}),
    ...(isMap(counts) ? { counts: numbersOf(counts) } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
  };
}

type Fields = { readonly [name: string]: Value };

function isMap(value: Value | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function numbersOf(counts: Fields): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}
