// What an element of XML holds: its attributes and all between its tags. Pure.
import { isNameChar, isSpace, skip } from './chars.ts';
import { endOfValue, type Span } from './field-value.ts';

/** Of the element whose name begins at `start` and ends at `end`; nothing of a tag that closes one, undefined of what is none. `lastClosing` is where the text's last `</` is. */
export function contentsOf(text: string, start: number, end: number, lastClosing: number): readonly Span[] | undefined {
  const open = text[start - 1] === ':' ? startOfName(text, start - 1) : start;
  if (text[open - 1] === '/' && text[open - 2] === '<' && text[end] === '>') return [];
  if (text[open - 1] !== '<') return undefined;
  if (text[end] !== '>' && text[end] !== '/' && !isSpace(text.charCodeAt(end))) return undefined;
  // Neither stands in an attribute that is written as it should be; a `>` that does ends them early, and loses nothing.
  const tagEnd = skip(text, end, (code) => code !== 0x3c && code !== 0x3e);
  if (text[tagEnd] !== '>') return undefined;
  const isEmpty = text[tagEnd - 1] === '/';
  const attributes: Span = [skip(text, end, isSpace), isEmpty ? tagEnd - 1 : tagEnd];
  if (isEmpty) return [attributes];
  const from = skip(text, tagEnd + 1, isSpace);
  const isOpen = lastClosing < from;
  return [attributes, [from, isOpen ? endOfOpen(text, from) : endOfContent(text, from, `</${text.slice(open, end)}`)]];
}

/** Within its namespace, `<wsse:password>`. */
function startOfName(text: string, end: number): number {
  let start = end;
  while (start > 0 && isNameChar(text.charCodeAt(start - 1))) start--;
  return start;
}

/** To the end, if nothing closes it. */
function endOfContent(text: string, from: number, closing: string): number {
  let at = text.indexOf(closing, from);
  while (at >= 0 && isNameChar(text.charCodeAt(at + closing.length))) at = text.indexOf(closing, at + 1);
  return at >= 0 ? at : text.length;
}

/** Where nothing is closed any more, it may be no element: `a <token> is missing`. */
function endOfOpen(text: string, from: number): number {
  return text[from] === '<' ? text.length : endOfValue(text, { at: from, separator: '>' });
}
