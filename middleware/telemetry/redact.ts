// Takes out of a text what must not leave the function: values of named fields, keys, tokens, card numbers, addresses. The
// time it takes grows with the text's length and no faster: fields are found by hand, and no pattern repeats a repetition.
import type { Policy } from '../kernel/policy.ts';
import { readable } from './encoded.ts';
import { withoutFields, type Secrecy } from './fields.ts';
import { REDACTED } from './redacted.ts';

export { REDACTED } from './redacted.ts';

export type Redact = (text: string) => string;

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
  'pwd',
  'sessionid',
  'sessid',
];

/** Names of headers that hold several values: all of the line is one. */
const LINE_PARTS = ['authorization', 'cookie'];

/** Names that are ordinary words too. */
const WORDS: ReadonlySet<string> = new Set(['auth', 'session', 'sid']);

/** What is recognised by what it looks like, whatever it is called. */
const PATTERNS: readonly (readonly [pattern: RegExp, by: string])[] = [
  [
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----(?:(?!-----)[^])*(?:-----END [A-Z0-9 ]{0,60}-----)?/g,
    REDACTED,
  ],
  // What JSON.parse quotes of what it was given, which may begin within a name or a value.
  [/(Unexpected token '?[^]{1,2}'?, )[^]{1,100}?( is not valid JSON)/g, `$1${REDACTED}$2`],
  [/\b(bearer|basic)(\s{1,8})[\w.~+/=-]+/gi, `$1$2${REDACTED}`],
  // A JSON web token.
  [/(?<![\w-])eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g, REDACTED],
  // An API key of flyball's own.
  [/(?<![\w-])fb_[\w-]{16,}/g, REDACTED],
  // GitHub, Stripe, Slack, Google.
  [/(?<![A-Za-z0-9])(?:gh[oprsu]_|github_pat_|[rs]k_live_|xox[abeoprs]-|AIza)[\w-]{16,}/g, REDACTED],
  // AWS: access keys, session tokens, secret keys.
  [/(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g, REDACTED],
  [/(?<![\w+/=])(?:FwoGZXIvYXdz|IQoJb3JpZ2lu)[\w+/=]+/g, REDACTED],
  [
    /(?<![A-Za-z0-9+/])(?=[^a-z]{0,39}[a-z])(?=[^A-Z]{0,39}[A-Z])(?=[^0-9]{0,39}[0-9])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g,
    REDACTED,
  ],
  // As long as a card's number, in groups or not; thirteen digits that begin with 1 are a time.
  [/(?<![0-9])(?!1[0-9]{12}(?![0-9]))[0-9](?:[ -]?[0-9]){12,18}(?![0-9])/g, REDACTED],
  [/(?<![0-9.])[0-9]{4}\.(?:[0-9]{4}\.[0-9]{4}\.[0-9]{1,7}|[0-9]{6}\.[0-9]{4,5})(?![0-9])/g, REDACTED],
  [/[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}/g, REDACTED],
];

/** `fields` are names of fields, in any case; a dotted name is found by its last part too. */
export function compileRedaction(fields: readonly string[] = []): Redact {
  const named = new Set(fields.map((field) => field.toLowerCase()));
  const secrecyOf = (name: string) => secrecyOfName(named, name.toLowerCase());
  return (text) => {
    let redacted = withoutFields(readable(text), secrecyOf);
    for (const [pattern, by] of PATTERNS) redacted = redacted.replace(pattern, by);
    return redacted;
  };
}

function secrecyOfName(fields: ReadonlySet<string>, name: string): Secrecy | undefined {
  const plain = name.replace(/[^a-z0-9]/g, '');
  if (LINE_PARTS.some((part) => plain.includes(part))) return 'line';
  if (SECRET_PARTS.some((part) => plain.includes(part)) || isNamed(fields, name)) return 'value';
  return WORDS.has(plain) ? 'word' : undefined;
}

function isNamed(fields: ReadonlySet<string>, name: string): boolean {
  if (fields.size === 0) return false;
  // `payment.card` is `card` of a payment.
  for (let at = 0; ; at = name.indexOf('.', at) + 1) {
    if (fields.has(name.slice(at))) return true;
    if (!name.includes('.', at)) return false;
  }
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
