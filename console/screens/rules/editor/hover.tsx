// What the schema says of the key under the mouse.
import { describe } from '../text/complete.ts';
import type { Schema, Told } from '../text/schema.ts';
import { LINE_PX } from './lines.tsx';
import { ToldOf } from './told.tsx';

export interface Hovered {
  readonly line: number;
  readonly column: number;
  /** Undefined where nothing is said. */
  readonly path: readonly string[] | undefined;
  readonly told: Told | undefined;
}

/** What is under the mouse; the one before as long as it is the same place. */
export function placeAt(
  event: MouseEvent,
  area: HTMLTextAreaElement | null,
  schema: Schema,
  before: Hovered | undefined,
): Hovered | undefined {
  if (!area || event.buttons !== 0) return undefined;
  const bounds = area.getBoundingClientRect();
  const style = getComputedStyle(area);
  const line = Math.floor((event.clientY - bounds.top - Number.parseFloat(style.paddingTop)) / LINE_PX);
  const column = Math.floor((event.clientX - bounds.left - Number.parseFloat(style.paddingLeft)) / charPx(style.font));
  if (before && before.line === line && before.column === column) return before;
  const lines = area.value.split('\n');
  const text = lines[line];
  if (text === undefined || column < 0 || column >= text.length || text[column] === ' ') return undefined;
  const offset = lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, column);
  const found = describe(area.value, offset, schema);
  return { line, column, path: found?.path, told: found?.told };
}

const widths = new Map<string, number>();

function charPx(font: string): number {
  const known = widths.get(font);
  if (known !== undefined) return known;
  const pen = document.createElement('canvas').getContext('2d');
  if (!pen) return LINE_PX / 2.5;
  pen.font = font;
  const width = pen.measureText('0'.repeat(100)).width / 100;
  widths.set(font, width);
  return width;
}

export function Hover({ line, column, path, told }: Hovered) {
  if (!path || !told) return null;
  const place = { top: `${String((line + 1) * LINE_PX + 10)}px`, left: `calc(var(--gutter) + ${String(column)}ch)` };
  return (
    <div class="hover" style={place} aria-hidden="true">
      <ToldOf path={path} told={told} />
    </div>
  );
}
