// In which quotes a place of a text stands. Asked from the front to the back, it reads every character once.
import { isBackslash, isLineBreak, isNameChar, isQuote } from './chars.ts';

export interface Quote {
  readonly char: string;
  /** A text within a text has its quotes escaped, that of one in that more often. */
  readonly backslashes: number;
}

export class Quoting {
  readonly #text: string;
  readonly #open: Quote[] = [];
  #at = 0;
  #backslashes = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The innermost that is open there. */
  around(place: number): Quote | undefined {
    for (; this.#at < place; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (isLineBreak(code)) this.#open.length = 0;
      else if (isQuote(code)) this.#meet({ char: this.#text.charAt(this.#at), backslashes: this.#backslashes });
      this.#backslashes = isBackslash(code) ? this.#backslashes + 1 : 0;
    }
    return this.#open.at(-1);
  }

  #meet(quote: Quote): void {
    const innermost = this.#open.at(-1);
    if (innermost && innermost.char !== quote.char) return;
    if (innermost && closes(quote, innermost)) {
      while (closes(quote, this.#open.at(-1))) this.#open.pop();
    } else if (!isNameChar(this.#text.charCodeAt(this.#at - quote.backslashes - 1))) {
      // After a word it is an apostrophe.
      this.#open.push(quote);
    }
  }
}

export function closes(quote: Quote, open: Quote | undefined): boolean {
  return open !== undefined && quote.char === open.char && quote.backslashes <= open.backslashes;
}
