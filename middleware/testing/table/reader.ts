// Reads an expression of DynamoDB's token by token, and what its placeholders stand for.
import { StoreRejected, type Expression, type Item, type Value } from '../../../store/port.ts';

const TOKEN = /\s*(?:([#:]?[A-Za-z_][A-Za-z0-9_]*|[#:][A-Za-z0-9_]+)|(<>|<=|>=|[=<>(),+-])|(\S))/y;

/** What DynamoDB would refuse as well. */
export function invalid(message: string): StoreRejected {
  return new StoreRejected('ValidationException', message);
}

/** What DynamoDB knows and this table does not: never guessed at, since a wrong guess would make a test lie. */
export function notEvaluated(what: string, text: string): Error {
  return new Error(`the table in memory does not evaluate ${what}, as in "${text}"`);
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  for (let at = 0; at < end; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const [, word, sign, other = ''] = TOKEN.exec(text) ?? [];
    if (other === '.' || other === '[') throw notEvaluated('paths into an attribute', text);
    const token = word ?? sign;
    if (token === undefined) throw invalid(`Syntax error: "${other}" in "${text}"`);
    tokens.push(token);
  }
  return tokens;
}

export class Reader {
  readonly text: string;
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.text = text;
    this.#tokens = tokensOf(text);
  }

  peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw invalid(`Syntax error: "${this.text}" ends too early`);
    return token;
  }

  /** Takes the next token if it is this keyword (in any case) or sign. */
  take(wanted: string): boolean {
    if (this.peek()?.toUpperCase() !== wanted) return false;
    this.#at++;
    return true;
  }

  expect(wanted: string): void {
    const token = this.next();
    if (token !== wanted) throw invalid(`Syntax error: "${token}" stands where "${wanted}" should, in "${this.text}"`);
  }

  get done(): boolean {
    return this.peek() === undefined;
  }
}

/** What the placeholders of one request stand for. */
export class Placeholders {
  readonly #names: NonNullable<Expression['names']>;
  readonly #values: NonNullable<Expression['values']>;

  /** @throws {StoreRejected} on placeholders that are not defined, or defined and not used, as DynamoDB does. */
  constructor({ names = {}, values = {} }: Expression, expressions: readonly (string | undefined)[]) {
    this.#names = names;
    this.#values = values;
    const used = new Set(expressions.flatMap((text) => (text === undefined ? [] : tokensOf(text))));
    const unused = [...Object.keys(names), ...Object.keys(values)].filter((placeholder) => !used.has(placeholder));
    if (unused.length > 0) throw invalid(`Placeholders are not used in expressions: ${unused.join(', ')}`);
    for (const token of used) {
      const missing = token.startsWith('#') ? names[token] : token.startsWith(':') ? values[token] : token;
      if (missing === undefined) throw invalid(`A placeholder used in the expression is not defined: ${token}`);
    }
  }

  /** The attribute a token names. */
  attribute(token: string): string {
    if (!/^[#A-Za-z_]/.test(token)) throw invalid(`Syntax error: "${token}" is no attribute's name`);
    return this.#names[token] ?? token;
  }

  value(token: string): Value {
    const value = this.#values[token];
    if (value === undefined) throw invalid(`Syntax error: "${token}" is no value`);
    return value;
  }

  /** A value, or what the item holds under a name. */
  operand(token: string, item: Item): Value | undefined {
    return token.startsWith(':') ? this.value(token) : item[this.attribute(token)];
  }
}
