// Takes the values of secret fields out of a text, in whatever way names and values stand in it. Pure.
import { isNameChar, isQuote } from './chars.ts';
import { contentsOf } from './element.ts';
import { endOfHeader, endOfValue, isEnclosed, valueAfter, type Span } from './field-value.ts';
import { isValueOfPair, partAfter, secondOfPair } from './pairs.ts';
import { Quoting } from './quoting.ts';
import { REDACTED } from './redacted.ts';

/** What a name says of what follows: a value, or all of the line; of a `word`, nothing if it is one of a sentence. */
export type Secrecy = 'value' | 'line' | 'word';
export type SecrecyOf = (name: string) => Secrecy | undefined;

/** What is known of the whole text. */
interface Context {
  readonly lastClosing: number;
  readonly quoting: Quoting;
}

export function withoutFields(text: string, secrecyOf: SecrecyOf): string {
  const context: Context = { lastClosing: text.lastIndexOf('</'), quoting: new Quoting(text) };
  let kept = '';
  let copied = 0;
  for (let at = 0; at < text.length;) {
    if (!isNameChar(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const start = at;
    while (at < text.length && isNameChar(text.charCodeAt(at))) at++;
    for (const [from, to] of secretsAfter(text, start, at, secrecyOf, context)) {
      if (from >= to) continue;
      kept += text.slice(copied, from) + REDACTED;
      copied = at = to;
    }
  }
  return copied === 0 ? text : kept + text.slice(copied);
}

/** After the name that begins at `start` and ends at `end`. */
function secretsAfter(
  text: string,
  start: number,
  end: number,
  secrecyOf: SecrecyOf,
  context: Context,
): readonly Span[] {
  const secrecy = secrecyAt(text, start, end, secrecyOf);
  if (!secrecy) {
    const value = isValueOfPair(text, start, end, (name) => secrecyOf(name) !== undefined) && valueAfter(text, end);
    return value ? [[value.at, endOfValue(text, value)]] : [];
  }
  if (isPlaceInCode(text, start, end)) return [];
  const contents = contentsOf(text, start, end, context.lastClosing);
  if (contents) return contents;
  const part = partAfter(text, start, end);
  if (part) return [part];
  const value = valueAfter(text, end);
  if (!value) {
    const second = secondOfPair(text, start, end);
    return second ? [second] : [];
  }
  if (secrecy === 'word' && value.separator !== '=' && !isQuoted(text, start, end) && !isEnclosed(text, value.at))
    return [];
  return [
    [value.at, secrecy === 'line' ? endOfHeader(text, value, context.quoting.around(start)) : endOfValue(text, value)],
  ];
}

/** What is before a name may look like a part of it: `\n` in JSON, `%3F` in an address. */
function secrecyAt(text: string, start: number, end: number, secrecyOf: SecrecyOf): Secrecy | undefined {
  const secrecy = secrecyOf(text.slice(start, end));
  if (secrecy) return secrecy;
  const before = text[start - 1];
  if (before === '\\') return secrecyOf(text.slice(start + (text[start] === 'u' ? 5 : 1), end));
  return before === '%' ? secrecyOf(text.slice(start + 2, end)) : undefined;
}

/** `token.mjs:12:34`, as in a stack. */
function isPlaceInCode(text: string, start: number, end: number): boolean {
  return (
    /\.[cm]?[jt]sx?$/.test(text.slice(Math.max(start, end - 5), end)) &&
    /^:[0-9]{1,7}:[0-9]{1,7}(?![0-9:])/.test(text.slice(end, end + 17))
  );
}

function isQuoted(text: string, start: number, end: number): boolean {
  return isQuote(text.charCodeAt(start - 1)) && (isQuote(text.charCodeAt(end)) || text[end] === '\\');
}
