// How wide a text of the map is in the viewer's font.
let canvas: CanvasRenderingContext2D | null | undefined;
const known = new Map<string, number>();

/** In px, of a text of this weight and size. */
export function widthOf(text: string, weight: number, size: number): number {
  const key = `${String(weight)} ${String(size)} ${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  canvas ??= document.createElement('canvas').getContext('2d');
  if (!canvas) return text.length * size * 0.6;
  canvas.font = `${String(weight)} ${String(size)}px ${getComputedStyle(document.body).fontFamily}`;
  const width = canvas.measureText(text).width;
  if (known.size > 5_000) known.clear();
  known.set(key, width);
  return width;
}
