// Texts as the page carries them: keys once, and the second language as a list in their order. Keys are a third of what texts weigh.
import ts from 'typescript';

/**
 * The source with each `texts({ key: 'one' }, { key: 'two' })` as `texts({ key: 'one' }, ['two'])`. What is written in
 * another way, or has other keys, is left as it is: `texts` takes both.
 */
export function withKeysOnce(source: string): string {
  const file = ts.createSourceFile('texts.ts', source, ts.ScriptTarget.Latest, true);
  const lists: { readonly from: number; readonly to: number; readonly list: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'texts') {
      const [first, second] = node.arguments;
      const list =
        first && second && node.arguments.length === 2 ? listOf(entriesOf(first), entriesOf(second)) : undefined;
      if (list !== undefined && second) lists.push({ from: second.getStart(file), to: second.end, list });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return lists.reduceRight((text, { from, to, list }) => text.slice(0, from) + list + text.slice(to), source);
}

/** The object's texts by key; undefined when something in it is no plain text. */
function entriesOf(node: ts.Expression): ReadonlyMap<string, string> | undefined {
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const entries = new Map<string, string>();
  for (const property of node.properties) {
    if (!ts.isPropertyAssignment(property) || !ts.isStringLiteralLike(property.initializer)) return undefined;
    const { name, initializer } = property;
    if (!ts.isIdentifier(name) && !ts.isStringLiteralLike(name)) return undefined;
    // Numbers as keys would come first, whatever the order.
    if (/^\d+$/.test(name.text) || entries.has(name.text)) return undefined;
    entries.set(name.text, initializer.text);
  }
  return entries;
}

function listOf(
  first: ReadonlyMap<string, string> | undefined,
  second: ReadonlyMap<string, string> | undefined,
): string | undefined {
  if (!first || !second || first.size !== second.size) return undefined;
  const values: string[] = [];
  for (const key of first.keys()) {
    const value = second.get(key);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return JSON.stringify(values);
}
