// What of the map is seen, and how large: moved and scaled without losing it from sight. Pure.
import type { Box } from './boxes.ts';

export interface View {
  /** Where the map's origin stands in the window, px. */
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const SCALE = { least: 0.1, most: 2.5, readable: 0.72 } as const;
const MARGIN_PX = 20;

/** All of it, as large as fits, never larger than life. */
export function fitted(content: Size, window: Size): View {
  const scale = Math.min(
    1,
    (window.width - 2 * MARGIN_PX) / Math.max(1, content.width),
    (window.height - 2 * MARGIN_PX) / Math.max(1, content.height),
  );
  return centred(content, window, Math.max(SCALE.least, scale));
}

/** As large as can be read, from its top left when not all of it fits. */
export function opened(content: Size, window: Size): View {
  const whole = fitted(content, window);
  if (whole.scale >= SCALE.readable) return whole;
  const { x, y, scale } = centred(content, window, SCALE.readable);
  return { x: Math.max(x, MARGIN_PX), y: Math.max(y, MARGIN_PX), scale };
}

function centred(content: Size, window: Size, scale: number): View {
  return {
    x: (window.width - content.width * scale) / 2,
    y: (window.height - content.height * scale) / 2,
    scale,
  };
}

/** Scaled by a factor around a point of the window, which stays where it is. */
export function zoomed(view: View, factor: number, at: { readonly x: number; readonly y: number }): View {
  const scale = Math.min(SCALE.most, Math.max(SCALE.least, view.scale * factor));
  const by = scale / view.scale;
  return { x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by, scale };
}

/** Moved, but never so far that nothing is left in the window. */
export function moved(view: View, dx: number, dy: number, content: Size, window: Size): View {
  const keep = 80;
  return {
    scale: view.scale,
    x: Math.min(window.width - keep, Math.max(keep - content.width * view.scale, view.x + dx)),
    y: Math.min(window.height - keep, Math.max(keep - content.height * view.scale, view.y + dy)),
  };
}

/** Moved as little as shows the whole of a box. */
export function showing(view: View, box: Box, window: Size): View {
  const shift = (from: number, length: number, size: number) => {
    if (from < MARGIN_PX) return MARGIN_PX - from;
    return from + length > size - MARGIN_PX ? size - MARGIN_PX - length - from : 0;
  };
  return {
    scale: view.scale,
    x: view.x + shift(view.x + box.x * view.scale, box.width * view.scale, window.width),
    y: view.y + shift(view.y + box.y * view.scale, box.height * view.scale, window.height),
  };
}
