// Colours for one line of YAML: pieces that, put together, are the line.
export type Piece = readonly [kind: 'key' | 'text' | 'number' | 'word' | 'note' | 'mark' | 'plain', text: string];

const TOKEN =
  /(?<note>(?<=^|\s)#.*$)|(?<key>(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#[\]{},:&*!|>%@`-][^\s#[\]{},:]*|-[^\s#[\]{},:]+)(?=[ \t]*:(?:\s|$)))|(?<text>"(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?)|(?<mark>[[\]{},:]|-(?=\s|$)|[|>][+-]?\d?(?=\s|$))|(?<plain>[^\s[\]{},]+)|(?<space>\s+)/g;
const NUMBER = /^-?\d[\d.]*(?:%|ms|s|m|h|d|kb|mb|gb|KB|MB|GB)?(?:\/\w+)?$/;

/** `isScalar`: the line is the text of a `|` or `>` scalar. */
export function piecesOf(line: string, isScalar = false): Piece[] {
  if (isScalar) return line === '' ? [] : [['text', line]];
  const pieces: Piece[] = [];
  for (const { groups = {}, 0: text } of line.matchAll(TOKEN)) {
    const { note, key, text: quoted, mark, plain } = groups;
    if (note !== undefined) pieces.push(['note', text]);
    else if (key !== undefined) pieces.push(['key', text]);
    else if (quoted !== undefined) pieces.push(['text', text]);
    else if (mark !== undefined) pieces.push(['mark', text]);
    else if (plain !== undefined) pieces.push([kindOf(text), text]);
    else pieces.push(['plain', text]);
  }
  return pieces;
}

const kindOf = (text: string): 'number' | 'word' | 'plain' =>
  NUMBER.test(text) ? 'number' : text === 'true' || text === 'false' || text === 'null' ? 'word' : 'plain';
