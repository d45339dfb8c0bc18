// Which edges have their figures written beside them, and where: none covers a box or another label. Pure.
import type { Box } from './boxes.ts';
import { pointAt, type Route } from './routes.ts';

/** Of a label's text, px: from line to line, and around all of it. */
export const LABEL = { linePx: 14, asidePx: 4 } as const;

/** One of the forms that an edge's label may have. */
export interface Form {
  readonly width: number;
  readonly height: number;
}

export interface Label {
  readonly box: Box;
  /** Which of its forms has room there. */
  readonly form: number;
}

/** Along the line, from its middle outwards, then beside it. */
const SHARES = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82];
const ASIDE_PX = [0, -11, 11, -20, 20];
const CELL_PX = 96;
const APART_PX = 2;

/** Who comes first gets room first; of its forms, the first that has any. */
export function labelsOf(
  wanted: readonly { readonly key: string; readonly route: Route; readonly forms: readonly Form[] }[],
  boxes: readonly Box[],
): ReadonlyMap<string, Label> {
  const taken = new Taken();
  for (const box of boxes) taken.add(box);
  const labels = new Map<string, Label>();
  for (const { key, route, forms } of wanted) {
    for (const [form, size] of forms.entries()) {
      const box = free(route, size, taken);
      if (!box) continue;
      taken.add(box);
      labels.set(key, { box, form });
      break;
    }
  }
  return labels;
}

function free(route: Route, { width, height }: Form, taken: Taken): Box | undefined {
  for (const aside of ASIDE_PX) {
    for (const share of SHARES) {
      const { x, y } = pointAt(route, share);
      const box = { x: x - width / 2, y: y + aside - height / 2, width, height };
      if (!taken.meets(box)) return box;
    }
  }
  return undefined;
}

/** Boxes by the cells of a grid that they touch. */
class Taken {
  readonly #cells = new Map<number, Box[]>();

  add(box: Box): void {
    for (const cell of cellsOf(box)) {
      const there = this.#cells.get(cell);
      if (there) there.push(box);
      else this.#cells.set(cell, [box]);
    }
  }

  meets(box: Box): boolean {
    return cellsOf(box).some((cell) => this.#cells.get(cell)?.some((other) => overlap(box, other)));
  }
}

/** Two that are far apart may have one number: whether boxes meet is looked at in any case. */
function cellsOf({ x, y, width, height }: Box): number[] {
  const cells: number[] = [];
  for (let i = Math.floor((x - APART_PX) / CELL_PX); i <= Math.floor((x + width + APART_PX) / CELL_PX); i++) {
    for (let j = Math.floor((y - APART_PX) / CELL_PX); j <= Math.floor((y + height + APART_PX) / CELL_PX); j++) {
      cells.push(i * 4_096 + j);
    }
  }
  return cells;
}

function overlap(a: Box, b: Box): boolean {
  return (
    a.x - APART_PX < b.x + b.width &&
    b.x - APART_PX < a.x + a.width &&
    a.y - APART_PX < b.y + b.height &&
    b.y - APART_PX < a.y + a.height
  );
}
