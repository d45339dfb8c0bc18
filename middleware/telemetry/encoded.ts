// Characters that were encoded without need, or for another language's sake, as themselves: `pass\u0077ord` is a name. Pure.

/** ASCII in JSON, after one backslash or, in JSON within JSON, several. */
const ESCAPED = /(?<!\\)\\+u00([2-7][0-9a-f])/gi;
/** Letters, digits, `-`, `.` and `_` in an address. */
const PERCENT = /%(2[de]|3[0-9]|[46][1-9a-f]|5[0-9af]|7[0-9a])/gi;
const ENTITY = /&(quot|#34|lt|gt);/g;
const ENTITIES: { readonly [name: string]: string } = { quot: '"', '#34': '"', lt: '<', gt: '>' };

export function readable(text: string): string {
  let read = text;
  if (read.includes('\\u00')) read = read.replace(ESCAPED, unescaped);
  if (read.includes('%')) read = read.replace(PERCENT, (_, hex: string) => charOf(hex));
  if (read.includes('&')) read = read.replace(ENTITY, (all, name: string) => ENTITIES[name] ?? all);
  return read;
}

/** A quote stays escaped: it is a part of a text. */
function unescaped(all: string, hex: string): string {
  const char = charOf(hex);
  if (char === '"') return `${all.slice(0, -'u0022'.length)}"`;
  return char === '\\' || char === '\u007f' ? all : char;
}

const charOf = (hex: string) => String.fromCharCode(Number.parseInt(hex, 16));
