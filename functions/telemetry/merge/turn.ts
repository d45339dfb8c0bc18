// What all parts of one tick share: its turn, its time, and what it may still do.
import type { Logger } from '../../../middleware/kernel/logger.ts';
import type { Table } from '../../../store/port.ts';
import type { Memory } from './memory.ts';
import type { Pace } from './pace.ts';

export const MINUTE_MS = 60_000;
/**
 * Instance minutes are kept for a day: an hour before the first of them may go, no minute of theirs is merged again, since
 * that would leave out what is gone.
 */
export const MERGEABLE_MS = 23 * 60 * MINUTE_MS;

export interface Turn {
  readonly table: Table;
  readonly fence: number;
  readonly logger: Logger;
  readonly memory: Memory;
  /** Minutes that begin before this are merged for good, epoch ms. */
  readonly closing: number;
  /** Minutes that began before this cannot be merged any more. */
  readonly oldest: number;
  /** How long the tick may still take, in ms. */
  readonly remainingMs: () => number;
}

/** One service's part of it. */
export interface ServiceTurn extends Turn {
  readonly pace: Pace;
}

export const floorTo = (ms: number, step: number): number => Math.floor(ms / step) * step;
