// Java's properties files, read and written as `java.util.Properties` does, but for keys that stand there twice.
import type { FieldError } from '../../api/index.ts';
import { MAX_ERRORS, pointerOf } from '../../api/index.ts';

export type Values = Readonly<Record<string, string>>;

interface PropertiesRead {
  readonly entries: readonly (readonly [key: string, value: string])[];
  readonly errors: readonly FieldError[];
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

/** The entries of a text in their order; a key that stands there twice is an error, and so is an escape that is none. */
export function readProperties(text: string): PropertiesRead {
  const entries: (readonly [string, string])[] = [];
  const errors: FieldError[] = [];
  const known = new Set<string>();
  for (const line of logicalLines(text)) {
    if (errors.length >= MAX_ERRORS) break;
    const end = endOfKey(line);
    const rest = line.slice(end).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '');
    const [key, value] = [unescaped(line.slice(0, end)), unescaped(rest)];
    if (key === undefined || value === undefined) {
      errors.push({
        path: '',
        reason: `not properties: an escape \\u without four hexadecimal digits in "${line.slice(0, 64)}"`,
      });
    } else if (known.has(key)) errors.push({ path: pointerOf([key]), reason: 'this key stands here twice' });
    else {
      known.add(key);
      entries.push([key, value]);
    }
  }
  return { entries, errors };
}

/** Lines without comments and blank ones; one that ends in an odd number of backslashes goes on in the next. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  // Put together once: of a text that is one long line each step would else copy all before it.
  let begun: string[] = [];
  for (const natural of text.split(/\r\n|[\r\n]/)) {
    const line = natural.replace(/^[ \t\f]+/, '');
    if (begun.length === 0 && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue;
    const goesOn = backslashesAtEnd(line) % 2 === 1;
    begun.push(goesOn ? line.slice(0, -1) : line);
    if (goesOn) continue;
    lines.push(begun.join(''));
    begun = [];
  }
  if (begun.length > 0) lines.push(begun.join(''));
  return lines;
}

function backslashesAtEnd(line: string): number {
  let count = 0;
  while (line[line.length - 1 - count] === '\\') count++;
  return count;
}

/** The key ends before the first separator that is not escaped. */
function endOfKey(line: string): number {
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '\\') i++;
    else if (/[=: \t\f]/.test(line[i] ?? '')) return i;
  }
  return line.length;
}

function unescaped(text: string): string | undefined {
  if (/\\u(?![0-9A-Fa-f]{4})/.test(text.replaceAll('\\\\', ''))) return undefined;
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|([^]))/g, (_whole, code: string | undefined, char: string | undefined) =>
    code === undefined ? (ESCAPES[char ?? ''] ?? char ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** One line a key, in their order; what is not ASCII is left as it is, in UTF-8. */
export function writeProperties(values: Values): string {
  return Object.entries(values)
    .map(([key, value]) => `${escaped(key, true)}=${escaped(value, false)}\n`)
    .join('');
}

function escaped(text: string, isKey: boolean): string {
  const plain = text.replace(/[\\=:#!\t\n\r\f]/g, (char) => {
    const letter = Object.keys(ESCAPES).find((name) => ESCAPES[name] === char);
    return `\\${letter ?? char}`;
  });
  return isKey ? plain.replaceAll(' ', '\\ ') : plain.replace(/^ /, '\\ ');
}
