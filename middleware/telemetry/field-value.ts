// Where the value of a field begins and ends in a text of whatever language. Pure; no character is read more than a few times.
import {
  isBackslash,
  isBetweenFields,
  isBlank,
  isClosing,
  isEndOfLine,
  isEndOfWord,
  isLineBreak,
  isNameChar,
  isQuote,
  isSpace,
  skip,
} from './chars.ts';
import { closes, type Quote } from './quoting.ts';

/** From, up to and without. */
export type Span = readonly [from: number, to: number];

export interface ValueStart {
  readonly at: number;
  readonly separator: ':' | '=' | '>';
}

/** What stands after a name and `:`, `=`, `=>` or `>`. */
export function valueAfter(text: string, from: number): ValueStart | undefined {
  let at = skip(text, from, isClosing);
  // Percent-encoded: a quote, then `:` or `=`.
  if (text.startsWith('%22', at)) at += 3;
  const encoded = text.slice(at, at + 3).toUpperCase();
  if (encoded === '%3D' || encoded === '%3A') {
    at += 3;
    return { at: text.startsWith('%22', at) ? at + 3 : at, separator: '=' };
  }
  const separator = text[at];
  if (separator !== ':' && separator !== '=' && separator !== '>') return undefined;
  at++;
  if (separator === '=' && text[at] === '>') at++;
  return { at: skip(text, at, isSpace), separator };
}

/** Whether it is in quotes or brackets, and so certainly one. */
export function isEnclosed(text: string, at: number): boolean {
  const first = skip(text, at, isBackslash);
  return isQuote(text.charCodeAt(first)) || text[at] === '{' || text[at] === '[';
}

export function endOfValue(text: string, { at, separator }: ValueStart): number {
  if (isEnclosed(text, at)) {
    const end = endOfEnclosed(text, at);
    if (text.startsWith('/>', end)) return end;
    // `[a]b` is one word.
    return skip(text, end, (code) => !isEndOfWord(code) && !isBackslash(code) && code !== 0x3e);
  }
  // After `=`, a value has no spaces unless it is quoted.
  const stop = separator === '=' ? isEndOfWord : isEndOfLine;
  const end = endOfBare(text, at, stop);
  const scheme = /^(?:bearer|basic|digest|token)$/i.test(text.slice(at, Math.min(end, at + 8)));
  return scheme ? skip(text, skip(text, end, isSpace), (code) => !isEndOfWord(code)) : end;
}

/** A header's value: to the end of the line, or of the text that the header stands in, which `around` began. */
export function endOfHeader(text: string, value: ValueStart, around: Quote | undefined): number {
  const oneToken = /^b(?:earer|asic)\s/i.test(text.slice(value.at, value.at + 7));
  if (isEnclosed(text, value.at) || (value.separator === '=' && oneToken)) return endOfValue(text, value);
  for (let at = value.at, backslashes = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isLineBreak(code)) return at;
    if (isQuote(code) && closes({ char: text.charAt(at), backslashes }, around)) return at - backslashes;
    backslashes = isBackslash(code) ? backslashes + 1 : 0;
  }
  return text.length;
}

/** A comma, `;` or `&` belongs to a value unless another field follows. */
function endOfBare(text: string, from: number, stop: (code: number) => boolean): number {
  for (let at = from; ; at++) {
    at = skip(text, at, (code) => !stop(code));
    if (!isBetweenFields(text.charCodeAt(at)) || isFieldNext(text, at + 1)) return at;
  }
}

function isFieldNext(text: string, from: number): boolean {
  const at = skip(text, from, isBlank);
  const code = text.charCodeAt(at);
  if (at === text.length || isClosing(code)) return true;
  const end = skip(text, at, isNameChar);
  return end > at && valueAfter(text, end) !== undefined;
}

export function endOfEnclosed(text: string, at: number): number {
  const quoteAt = skip(text, at, isBackslash);
  return isQuote(text.charCodeAt(quoteAt)) ? endOfQuoted(text, quoteAt, quoteAt - at) : endOfNested(text, at);
}

/** A quote with more backslashes before it than the first one has belongs to the value. To the end, if nothing closes it. */
function endOfQuoted(text: string, quoteAt: number, backslashes: number): number {
  for (let at = quoteAt + 1, before = 0; at < text.length; at++) {
    if (text[at] === text[quoteAt] && before <= backslashes) return at + 1;
    before = text[at] === '\\' ? before + 1 : 0;
  }
  return text.length;
}

/** Brackets within quotes do not count. To the end, if nothing closes it. */
function endOfNested(text: string, from: number): number {
  let depth = 0;
  let quote: string | undefined;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (quote !== undefined) {
      if (char === '\\') at++;
      else if (char === quote) quote = undefined;
    } else if (char === '"') quote = char;
    else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return at + 1;
  }
  return text.length;
}
