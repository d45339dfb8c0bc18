// Texts as the page carries them: as lists, those of a language beside each other. What is alike compresses well where it stands together.
import ts from 'typescript';

/** Between two texts of a list; `texts` of console/text/language.ts takes lists apart by it. */
const BETWEEN = '~';
/** At both ends of a list of the first language, and of the second, until a script's lists are put together. */
const MARKS = ['\uE000', '\uE001'] as const;
/** A list as it stands in a script, in the quotes that the bundler chose. */
const MARKED = /(["'`])([\uE000\uE001])((?:\\.|(?!\1)[^\\\uE000\uE001])*)\2\1/gs;
/** What a script calls its lists; names that the bundler makes are shorter. */
const LISTS = 'listsOfTexts';

/**
 * The source with each `texts({ key: 'one', … }, { key: '一', … })` as `texts('key~…', 'one~…', '一~…')`, and marks at the
 * ends of what is said. What is written in another way, or has other keys, is left as it is: `texts` takes both.
 */
export function withTextsListed(source: string): string {
  const file = ts.createSourceFile('texts.ts', source, ts.ScriptTarget.Latest, true);
  const calls: { readonly from: number; readonly to: number; readonly lists: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'texts') {
      const lists = listsOf(node.arguments.map(entriesOf));
      if (lists !== undefined) calls.push({ from: node.arguments.pos, to: node.arguments.end, lists });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return calls.reduceRight((text, { from, to, lists }) => text.slice(0, from) + lists + text.slice(to), source);
}

/**
 * The script with its marked lists at its beginning, those of the first language before those of the second, and each
 * named where it stood.
 * @throws {Error} when a list has been taken apart so that its marks are left.
 */
export function withListsTogether(script: string): string {
  const found = [...script.matchAll(MARKED)].map(([, quote = '', mark, list = '']) => ({
    mark,
    text: quote + list + quote,
  }));
  const ordered = MARKS.flatMap((mark) => found.filter((one) => one.mark === mark));
  const names = found.map((one) => `${LISTS}[${String(ordered.indexOf(one))}]`);
  const rest = script.replace(MARKED, () => names.shift() ?? '');
  if (MARKS.some((mark) => rest.includes(mark)))
    throw new Error('console: a list of texts did not come through the bundler');
  return found.length === 0 ? script : `let ${LISTS}=[${ordered.map(({ text }) => text).join(',')}];${rest}`;
}

type Entries = ReadonlyMap<string, string>;

/** The object's texts by key; undefined when something in it is no plain text, or could not stand in a list. */
function entriesOf(node: ts.Expression): Entries | undefined {
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const entries = new Map<string, string>();
  for (const property of node.properties) {
    if (!ts.isPropertyAssignment(property) || !ts.isStringLiteralLike(property.initializer)) return undefined;
    const { name, initializer } = property;
    if (!ts.isIdentifier(name) && !ts.isStringLiteralLike(name)) return undefined;
    if (entries.has(name.text) || [BETWEEN, ...MARKS].some((one) => (name.text + initializer.text).includes(one)))
      return undefined;
    entries.set(name.text, initializer.text);
  }
  return entries.size === 0 ? undefined : entries;
}

function listsOf([first, second, ...others]: readonly (Entries | undefined)[]): string | undefined {
  if (!first || !second || others.length > 0 || first.size !== second.size) return undefined;
  const keys = [...first.keys()];
  if (!keys.every((key) => second.has(key))) return undefined;
  const said = [first, second].map((entries, i) => {
    const mark = MARKS[i] ?? '';
    return mark + keys.map((key) => entries.get(key)).join(BETWEEN) + mark;
  });
  return [keys.join(BETWEEN), ...said].map((list) => JSON.stringify(list)).join(', ');
}
