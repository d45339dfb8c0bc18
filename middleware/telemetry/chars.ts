// What characters are to the texts that redaction reads. Pure.

export function skip(text: string, from: number, passes: (code: number) => boolean): number {
  let at = from;
  while (at < text.length && passes(text.charCodeAt(at))) at++;
  return at;
}

const codesOf = (chars: string): ReadonlySet<number> => new Set([...chars].map((char) => char.charCodeAt(0)));
const SPACES = codesOf(' \t\r\n');
const CLOSING = codesOf(' \t\r\n"\'`\\');
const QUOTES = codesOf('"\'`');
const LINE_ENDS = codesOf('\r\n,;&}])<');
const BETWEEN_FIELDS = codesOf(',;&');
export const isSpace = (code: number) => SPACES.has(code);
export const isBlank = (code: number) => code === 0x20 || code === 0x09;
export const isClosing = (code: number) => CLOSING.has(code);
export const isQuote = (code: number) => QUOTES.has(code);
export const isBackslash = (code: number) => code === 0x5c;
export const isLineBreak = (code: number) => code === 0x0a || code === 0x0d;
export const isBetweenFields = (code: number) => BETWEEN_FIELDS.has(code);
export const isEndOfLine = (code: number) => LINE_ENDS.has(code);
export const isEndOfWord = (code: number) => isEndOfLine(code) || isSpace(code) || code === 0x22 || code === 0x27;

/** Letters, digits, `_`, `-` and `.`. */
export function isNameChar(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === 0x2d ||
    code === 0x2e
  );
}
