// Takes YAML apart into what the parser is fed, and refuses what that would work at for too long: the parser recurses, and takes
// its time with each part, until the stack ends.
import { CST, Lexer } from 'yaml';

/** Every level of a block begins further right, save lists in maps: far more than 32 levels need, few for a stack. */
const LAST_COLUMN = 256;

/** Names, values, marks, gaps between them and line ends. The largest rule document that may be has 150,000 where it is dense. */
const MOST_LEXEMES = 160_000;

export type Lexemes =
  { readonly ok: true; readonly lexemes: readonly string[] } | { readonly ok: false; readonly reason: string };

/** The lexemes of a text, or why it is certainly nested deeper than `maxDepth`, too deep to be parsed, or too much. */
export function lexemesOf(text: string, maxDepth: number): Lexemes {
  const tooDeep = `nested deeper than ${maxDepth} levels`;
  let number = 0;
  for (const line of text.split(/\r\n?|\n/)) {
    number++;
    if (startOf(line) > LAST_COLUMN) {
      return { ok: false, reason: `${tooDeep}: line ${number} begins beyond column ${LAST_COLUMN}` };
    }
  }
  const lexemes: string[] = [];
  let depth = 0;
  let ofScalar = false;
  // Brackets are counted by the library's own lexer, which does not take quoted ones for nesting.
  for (const lexeme of new Lexer().lex(text)) {
    if (!ofScalar && (lexeme === '[' || lexeme === '{')) depth++;
    if (!ofScalar && (lexeme === ']' || lexeme === '}')) depth--;
    if (depth > maxDepth) return { ok: false, reason: tooDeep };
    // What follows this mark is the text of a plain or block scalar.
    ofScalar = lexeme === CST.SCALAR;
    lexemes.push(lexeme);
    if (lexemes.length > MOST_LEXEMES) return { ok: false, reason: TOO_MUCH };
  }
  return { ok: true, lexemes };
}

const TOO_MUCH = `more than ${MOST_LEXEMES} names, values and marks in YAML: send so much as JSON, or in parts`;

/** Where the content of a line begins, after its indentation and the indicators `-`, `?` and `:`; 0 for a blank line. */
function startOf(line: string): number {
  return /^(?:[ \t]|[-?:](?=[ \t]))*(?=[^ \t])/.exec(line)?.[0].length ?? 0;
}
