// What the map is made of: boxes in columns, and lines between them. Pure.
import type { Arrow } from './layers.ts';

export const NODE = { width: 184, height: 44 } as const;
/** From the middle of one row to the middle of the next. */
export const ROW_PX = 60;

/** Where a box stands: its column, and the height of its middle. */
export interface Place {
  readonly column: number;
  readonly y: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What an edge is known by. */
export const keyOf = ({ from, to }: Arrow): string => `${from}\n${to}`;
