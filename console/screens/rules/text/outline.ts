// Where each key of a YAML text stands, read while the text is still being written: tolerant, and in one pass.
export interface Entry {
  /** A JSON pointer: `/throttles/everyone/limit`. */
  readonly pointer: string;
  readonly parent: string;
  readonly key: string;
  /** From 0. */
  readonly line: number;
  /** Offsets of the key itself. */
  readonly from: number;
  readonly to: number;
}

/** What is being written where a text ends. */
export interface Tail {
  /** Of what the key, or the value, belongs to. */
  readonly path: readonly string[];
  /** `either`: an item of a list, which may be a value or begin a mapping. */
  readonly role: 'key' | 'value' | 'either' | 'none';
  readonly typed: string;
  /** Where `typed` begins. */
  readonly from: number;
  /** Within braces or brackets. */
  readonly isFlow: boolean;
  /** Where the line's key begins, in characters from the line's start. */
  readonly column: number;
}

export interface Outline {
  readonly entries: readonly Entry[];
  readonly byPointer: ReadonlyMap<string, Entry>;
  /** Lines that are the text of a `|` or `>` scalar. */
  readonly scalarLines: ReadonlySet<number>;
  readonly tail: Tail;
}

interface Block {
  readonly column: number;
  readonly segment: string;
  readonly isItem: boolean;
  readonly pointer: string;
}

interface Flow {
  readonly isMap: boolean;
  /** Of what the braces or brackets are the value of. */
  readonly pointer: string;
  key: string | undefined;
  index: number;
  /** Where what is being written began; undefined between tokens. */
  from: number;
}

const KEY = /(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\n]|'')*)'|([^\s"'#[\]{},&*!|>%@`][^#\n]*?))[ \t]*:(?=[ \t\r\n]|$)/y;
const FLOW_KEY =
  /(?:"((?:[^"\\\n]|\\.)*)"[ \t]*:|'((?:[^'\n]|'')*)'[ \t]*:|([^\s"'#[\]{},:][^#\n[\]{},:]*?)[ \t]*:(?=[\s,{}[\]]|$))/y;
const ENDS_TOKEN = ',[]{} \t\r';
const BLOCK_SCALAR = /[|>][+-]?\d?[+-]?[ \t]*(?:#.*)?$/y;

export const escaped = (segment: string): string =>
  segment.includes('/') || segment.includes('~') ? segment.replaceAll('~', '~0').replaceAll('/', '~1') : segment;
export const pointerOf = (path: readonly string[]): string => path.map((segment) => `/${escaped(segment)}`).join('');
export const pathOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

let last: { readonly text: string; readonly outline: Outline } | undefined;

/** Reads as far as `end`, as if the text ended there. The last whole text is remembered: several ask about it. */
export function outlineOf(text: string, end = text.length): Outline {
  if (end < text.length) return new Reading(text, end).outline();
  if (last?.text !== text) last = { text, outline: new Reading(text, end).outline() };
  return last.outline;
}

/** The line (from 0) of a pointer, or of the nearest thing around it that stands in the text. */
export function lineOf({ byPointer }: Outline, pointer: string): number {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const entry = byPointer.get(at);
    if (entry) return entry.line;
  }
  return 0;
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

class Reading {
  readonly #text: string;
  readonly #end: number;
  readonly #entries: Entry[] = [];
  readonly #scalarLines = new Set<number>();
  #blocks: Block[] = [];
  readonly #flows: Flow[] = [];
  /** The column that the lines of a block scalar are deeper than. */
  #scalar: number | undefined;
  #quote: string | undefined;
  #line = 0;
  #tail: Tail;

  constructor(text: string, end: number) {
    this.#text = text;
    this.#end = end;
    this.#tail = { path: [], role: 'key', typed: '', from: end, isFlow: false, column: 0 };
  }

  outline(): Outline {
    let start = 0;
    for (;;) {
      const newline = this.#text.indexOf('\n', start);
      const isLast = newline === -1 || newline >= this.#end;
      this.#readLine(start, isLast ? this.#end : newline, isLast);
      if (isLast) break;
      start = newline + 1;
      this.#line += 1;
    }
    const byPointer = new Map(this.#entries.map((entry) => [entry.pointer, entry]));
    return { entries: this.#entries, byPointer, scalarLines: this.#scalarLines, tail: this.#tail };
  }

  #readLine(start: number, end: number, isLast: boolean): void {
    const text = this.#text;
    if (this.#quote !== undefined) {
      const after = this.#closing(start, end, this.#quote);
      if (after === undefined) return isLast ? this.#nothing(end) : undefined;
      this.#quote = undefined;
      if (this.#flows.length > 0) this.#readFlow(after, end, isLast);
      return;
    }
    if (this.#flows.length > 0) return this.#readFlow(start, end, isLast);
    let at = start;
    while (at < end && text[at] === ' ') at += 1;
    const isBlank = at === end || (isSpace(text.charCodeAt(at)) && text.slice(at, end).trim() === '');
    if (this.#scalar !== undefined) {
      if (at - start > this.#scalar || (isBlank && !isLast)) {
        this.#scalarLines.add(this.#line);
        return isLast ? this.#nothing(end) : undefined;
      }
      this.#scalar = undefined;
    }
    if (text[at] === '#' && at < end) return isLast ? this.#nothing(end) : undefined;
    if (isBlank) return isLast ? this.#unfinished(start, at, end, false) : undefined;
    this.#readBlock(start, at, end, isLast);
  }

  #readBlock(start: number, indent: number, end: number, isLast: boolean): void {
    const text = this.#text;
    let at = indent;
    let isItem = false;
    while (text[at] === '-' && (at + 1 >= end || text[at + 1] === ' ')) {
      this.#openItem(at - start, at);
      isItem = true;
      at += 1;
      while (at < end && text[at] === ' ') at += 1;
    }
    const key = this.#match(KEY, at, end);
    if (key) {
      this.#openKey(at - start, key.name, at, key.keyEnd);
      at = key.end;
      while (at < end && text[at] === ' ') at += 1;
    } else if (isLast && !'{["\''.includes(text[at] ?? ' ')) {
      return this.#unfinished(start, at, end, isItem);
    }
    if (at > end) at = end;
    this.#readValue(at, end, isLast);
  }

  #readValue(at: number, end: number, isLast: boolean): void {
    const first = at < end ? this.#text[at] : undefined;
    if (first === '{' || first === '[') return this.#readFlow(at, end, isLast);
    BLOCK_SCALAR.lastIndex = 0;
    if ((first === '|' || first === '>') && BLOCK_SCALAR.test(this.#text.slice(at, end))) {
      this.#scalar = this.#blocks.at(-1)?.column ?? 0;
    } else if (first === '"' || first === "'") {
      if (this.#closing(at + 1, end, first) === undefined) this.#quote = first;
    }
    if (!isLast) return;
    const typed = this.#text.slice(at, end);
    if (/(^|\s)#/.test(typed)) return this.#nothing(end);
    this.#tail = { path: this.#path(), role: 'value', typed, from: at, isFlow: false, column: this.#column() };
  }

  #readFlow(from: number, end: number, isLast: boolean): void {
    const text = this.#text;
    let at = from;
    while (at < end) {
      const char = text[at];
      const top = this.#flows.at(-1);
      if (char === '#' && /\s/.test(text[at - 1] ?? ' ')) return isLast ? this.#nothing(end) : undefined;
      if (char === '{' || char === '[') {
        this.#flows.push({ isMap: char === '{', pointer: this.#here(), key: undefined, index: 0, from: at + 1 });
        at += 1;
      } else if (char === '}' || char === ']') {
        this.#flows.pop();
        at += 1;
        if (this.#flows.length === 0) return isLast ? this.#nothing(end) : undefined;
      } else if (char === ',' && top) {
        top.key = undefined;
        top.index += 1;
        top.from = at + 1;
        at += 1;
      } else if (char === ' ' || char === '\t' || char === '\r') {
        if (top?.from === at) top.from = at + 1;
        at += 1;
      } else {
        at = this.#readToken(at, end, top);
        if (this.#quote !== undefined) return isLast ? this.#nothing(end) : undefined;
      }
    }
    if (isLast) this.#flowTail(end);
  }

  #readToken(at: number, end: number, top: Flow | undefined): number {
    const key = top?.isMap && top.key === undefined ? this.#match(FLOW_KEY, at, end) : undefined;
    if (top && key) {
      top.key = key.name;
      this.#note(key.name, top.pointer, at, key.keyEnd);
      top.from = key.end;
      return key.end;
    }
    const char = this.#text[at];
    if (char === '"' || char === "'") {
      const after = this.#closing(at + 1, end, char);
      if (after === undefined) this.#quote = char;
      return after ?? end;
    }
    let next = at + 1;
    while (next < end && !ENDS_TOKEN.includes(this.#text[next] ?? '')) next += 1;
    return next;
  }

  #flowTail(end: number): void {
    const top = this.#flows.at(-1);
    const isKey = top?.isMap === true && top.key === undefined;
    const from = Math.min(top?.from ?? end, end);
    const path = isKey ? this.#path().slice(0, -1) : this.#path();
    const role = isKey ? 'key' : top?.isMap === false ? 'either' : 'value';
    this.#tail = {
      path,
      role,
      typed: this.#text.slice(from, end).trimStart(),
      from,
      isFlow: true,
      column: this.#column(),
    };
  }

  /** A word that may become a key, or nothing yet. */
  #unfinished(start: number, at: number, end: number, isItem: boolean): void {
    const column = at - start;
    if (!isItem) this.#close(column);
    const typed = this.#text.slice(at, end);
    const role = isItem ? 'either' : 'key';
    this.#tail = { path: this.#path(), role, typed, from: at, isFlow: false, column };
  }

  #nothing(end: number): void {
    this.#tail = { path: this.#path(), role: 'none', typed: '', from: end, isFlow: false, column: this.#column() };
  }

  #close(column: number): void {
    while ((this.#blocks.at(-1)?.column ?? -1) >= column) this.#blocks.pop();
  }

  #openItem(column: number, from: number): void {
    let index = 0;
    for (let top = this.#blocks.at(-1); top; top = this.#blocks.at(-1)) {
      if (top.column < column || (top.column === column && !top.isItem)) break;
      if (top.column === column) index = Number(top.segment) + 1;
      this.#blocks.pop();
    }
    const pointer = this.#note(String(index), this.#here(), from, from + 1);
    this.#blocks.push({ column, segment: String(index), isItem: true, pointer });
  }

  #openKey(column: number, name: string, from: number, to: number): void {
    this.#close(column);
    const pointer = this.#note(name, this.#here(), from, to);
    this.#blocks.push({ column, segment: name, isItem: false, pointer });
  }

  #note(key: string, parent: string, from: number, to: number): string {
    const pointer = `${parent}/${escaped(key)}`;
    this.#entries.push({ pointer, parent, key, line: this.#line, from, to });
    return pointer;
  }

  /** The pointer of what is innermost. */
  #here(): string {
    const top = this.#flows.at(-1);
    if (!top) return this.#blocks.at(-1)?.pointer ?? '';
    const segment = top.isMap ? top.key : String(top.index);
    return segment === undefined ? top.pointer : `${top.pointer}/${escaped(segment)}`;
  }

  #path(): string[] {
    const flows = this.#flows.map(({ isMap, key, index }) => (isMap ? (key ?? '') : String(index)));
    return [...this.#blocks.map(({ segment }) => segment), ...flows];
  }

  #column(): number {
    return this.#blocks.at(-1)?.column ?? 0;
  }

  #match(pattern: RegExp, at: number, end: number): { name: string; keyEnd: number; end: number } | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(this.#text);
    if (!found || pattern.lastIndex > end) return undefined;
    const [whole, double, single, plain] = found;
    const name = double ?? single ?? plain ?? '';
    return { name, keyEnd: at + whole.trimEnd().length - 1, end: at + whole.length };
  }

  /** Behind the closing quote; undefined when it is not on this line. */
  #closing(from: number, end: number, quote: string): number | undefined {
    for (let at = from; at < end; at += 1) {
      const char = this.#text[at];
      if (char === '\\' && quote === '"') at += 1;
      else if (char === quote && quote === "'" && this.#text[at + 1] === "'") at += 1;
      else if (char === quote) return at + 1;
    }
    return undefined;
  }
}
