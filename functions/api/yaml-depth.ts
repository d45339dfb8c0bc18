// Finds YAML nested without end before it is parsed: the parser recurses, and takes its time until the stack ends.
import { CST, Lexer } from 'yaml';

/** Every level of a block begins further right, save lists in maps: far more than 32 levels need, few for a stack. */
const LAST_COLUMN = 256;

/** Why a text is certainly nested deeper than `maxDepth`, or too deep to be parsed; undefined when it may be parsed. */
export function tooDeep(text: string, maxDepth: number): string | undefined {
  const reason = `nested deeper than ${maxDepth} levels`;
  let number = 0;
  for (const line of text.split(/\r\n?|\n/)) {
    number++;
    if (startOf(line) > LAST_COLUMN) return `${reason}: line ${number} begins beyond column ${LAST_COLUMN}`;
  }
  return flowsDeeper(text, maxDepth) ? reason : undefined;
}

/** Where the content of a line begins, after its indentation and the indicators `-`, `?` and `:`; 0 for a blank line. */
function startOf(line: string): number {
  return /^(?:[ \t]|[-?:](?=[ \t]))*(?=[^ \t])/.exec(line)?.[0].length ?? 0;
}

/** Brackets are counted by the library's own lexer, which does not take quoted ones for nesting. */
function flowsDeeper(text: string, maxDepth: number): boolean {
  let depth = 0;
  let ofScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (!ofScalar && (lexeme === '[' || lexeme === '{')) depth++;
    if (!ofScalar && (lexeme === ']' || lexeme === '}')) depth--;
    if (depth > maxDepth) return true;
    // What follows this mark is the text of a plain or block scalar.
    ofScalar = lexeme === CST.SCALAR;
  }
  return false;
}
