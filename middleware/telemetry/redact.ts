// Takes out of a text what must not leave the function: values of named fields, keys, tokens, card numbers, addresses. The
// time it takes grows with the text's length and no faster: fields are found by hand, and no pattern repeats a repetition.
import type { Policy } from '../kernel/policy.ts';

export type Redact = (text: string) => string;

export const REDACTED = '[redacted]';

/** A field whose name has one of these in it, letters and digits alone, holds a secret. */
const SECRET_PARTS = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'apikey',
  'privatekey',
  'credential',
  'authorization',
  'cookie',
];

/** What is recognised by what it looks like, whatever it is called. */
const PATTERNS: readonly (readonly [pattern: RegExp, by: string])[] = [
  [/\b(bearer|basic)(\s{1,8})[\w.~+/=-]+/gi, `$1$2${REDACTED}`],
  // A JSON web token.
  [/(?<![\w-])eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g, REDACTED],
  // An API key of flyball's own.
  [/(?<![\w-])fb_[\w-]{16,}/g, REDACTED],
  // AWS: access keys, session tokens, secret keys.
  [/(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g, REDACTED],
  [/(?<![\w+/=])(?:FwoGZXIvYXdz|IQoJb3JpZ2lu)[\w+/=]+/g, REDACTED],
  [
    /(?<![A-Za-z0-9+/])(?=[^a-z]{0,39}[a-z])(?=[^A-Z]{0,39}[A-Z])(?=[^0-9]{0,39}[0-9])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g,
    REDACTED,
  ],
  // As long as a card's number, in groups or not; thirteen digits that begin with 1 are a time.
  [/(?<![0-9])(?!1[0-9]{12}(?![0-9]))[0-9](?:[ -]?[0-9]){12,18}(?![0-9])/g, REDACTED],
  [/[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}/g, REDACTED],
];

/** `fields` are names of fields, in any case; a dotted name is found by its last part too. */
export function compileRedaction(fields: readonly string[] = []): Redact {
  const named = new Set(fields.map((field) => field.toLowerCase()));
  const isSecret = (name: string) => isNamed(named, name.toLowerCase());
  return (text) => {
    let redacted = withoutFields(text, isSecret);
    for (const [pattern, by] of PATTERNS) redacted = redacted.replace(pattern, by);
    return redacted;
  };
}

function isNamed(fields: ReadonlySet<string>, name: string): boolean {
  const plain = name.replace(/[^a-z0-9]/g, '');
  if (SECRET_PARTS.some((part) => plain.includes(part))) return true;
  if (fields.size === 0) return false;
  // `payment.card` is `card` of a payment.
  for (let at = 0; ; at = name.indexOf('.', at) + 1) {
    if (fields.has(name.slice(at))) return true;
    if (!name.includes('.', at)) return false;
  }
}

/** Every value that stands after a name and `:`, `=`, `=>` or, as in XML, `>`. */
function withoutFields(text: string, isSecret: (name: string) => boolean): string {
  let kept = '';
  let copied = 0;
  for (let at = 0; at < text.length;) {
    if (!isNameChar(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const start = at;
    while (at < text.length && isNameChar(text.charCodeAt(at))) at++;
    if (!namesSecret(text, start, at, isSecret)) continue;
    const value = valueAfter(text, at);
    if (value === undefined) continue;
    const end = endOfValue(text, value);
    if (end === value.at) continue;
    kept += text.slice(copied, value.at) + REDACTED;
    copied = at = end;
  }
  return copied === 0 ? text : kept + text.slice(copied);
}

/** What is before a name may look like a part of it: `\n` in JSON, `%3F` in an address. */
function namesSecret(text: string, start: number, end: number, isSecret: (name: string) => boolean): boolean {
  if (isSecret(text.slice(start, end))) return true;
  const before = text[start - 1];
  if (before === '\\') return isSecret(text.slice(start + (text[start] === 'u' ? 5 : 1), end));
  return before === '%' && isSecret(text.slice(start + 2, end));
}

interface ValueStart {
  readonly at: number;
  /** With `=`, a value has no spaces unless it is quoted. */
  readonly spaced: boolean;
}

function valueAfter(text: string, from: number): ValueStart | undefined {
  let at = skip(text, from, isClosing);
  // Percent-encoded: a quote, then `:` or `=`.
  if (text.startsWith('%22', at)) at += 3;
  const encoded = text.slice(at, at + 3).toUpperCase();
  if (encoded === '%3D' || encoded === '%3A') {
    at += 3;
    return { at: text.startsWith('%22', at) ? at + 3 : at, spaced: false };
  }
  const separator = text[at];
  if (separator !== ':' && separator !== '=' && separator !== '>') return undefined;
  at++;
  if (separator === '=' && text[at] === '>') at++;
  return { at: skip(text, at, isSpace), spaced: separator !== '=' };
}

function endOfValue(text: string, { at, spaced }: ValueStart): number {
  const quoteAt = skip(text, at, isBackslash);
  const quote = text[quoteAt];
  if (quote === '"' || quote === "'" || quote === '`') return endOfQuoted(text, quoteAt, quoteAt - at);
  if (text[at] === '{' || text[at] === '[') return endOfNested(text, at);
  const stop = spaced ? isEndOfLine : isEndOfWord;
  const end = skip(text, at, (code) => !stop(code));
  const scheme = /^(?:bearer|basic|digest|token)$/i.test(text.slice(at, Math.min(end, at + 8)));
  return scheme ? skip(text, skip(text, end, isSpace), (code) => !isEndOfWord(code)) : end;
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

function skip(text: string, from: number, passes: (code: number) => boolean): number {
  let at = from;
  while (at < text.length && passes(text.charCodeAt(at))) at++;
  return at;
}

const codesOf = (chars: string): ReadonlySet<number> => new Set([...chars].map((char) => char.charCodeAt(0)));
const SPACES = codesOf(' \t\r\n');
const CLOSING = codesOf(' \t\r\n"\'`\\');
const LINE_ENDS = codesOf('\r\n,;&}])<');
const isSpace = (code: number) => SPACES.has(code);
const isClosing = (code: number) => CLOSING.has(code);
const isBackslash = (code: number) => code === 0x5c;
const isEndOfLine = (code: number) => LINE_ENDS.has(code);
const isEndOfWord = (code: number) => isEndOfLine(code) || isSpace(code) || code === 0x22 || code === 0x27;

/** Letters, digits, `_`, `-` and `.`. */
function isNameChar(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === 0x2d ||
    code === 0x2e
  );
}

/** The same policy, which has the rules' redaction in force before it first acts. */
export function redacting<Compiled>(policy: Policy<Compiled>): Policy<Compiled> {
  return {
    ...policy,
    compile(rules, instance) {
      instance.redact = compileRedaction(rules.telemetry?.redact);
      return policy.compile(rules, instance);
    },
  };
}
