// Text of others as it may stand on a terminal: on one line, and with nothing in it that a terminal obeys.

/** Control characters, separators of lines and paragraphs, marks that turn the direction of text, and unpaired halves. */
const OBEYED = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

/** One line, with such characters written as JSON writes them: JSON stays the JSON it was. */
export function printable(line: string): string {
  return line.replace(OBEYED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
