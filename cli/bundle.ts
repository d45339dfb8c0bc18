// Files and folders of rule documents as `apply` sends them: in order, cut into bundles that the control plane takes.
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { WrongUsage } from './failure.ts';
import { readText } from './rules-file.ts';

/** What one request may hold, with room for what stands between documents. */
const MOST_BYTES = 1_000_000;
const MOST_DOCUMENTS = 100;

export interface Document {
  /** Where it was read, and which of several it is. */
  readonly name: string;
  readonly text: string;
}

/** Each document of these files, and of the YAML and JSON files in these folders, by name, a baseline first. @throws {WrongUsage} */
export function documentsIn(folder: string, names: readonly string[]): Document[] {
  const documents = names.flatMap((name) => filesIn(folder, name)).flatMap((name) => partsOf(folder, name));
  if (documents.length === 0) throw new WrongUsage(`There are no rule documents in ${names.join(', ')}.`);
  // With the first bundle, whatever its file is called: the others meet it when they are published.
  return documents.toSorted((a, b) => Number(isBaseline(b)) - Number(isBaseline(a)));
}

/** By the key at its left edge; of JSON, by the words alone, which do no harm elsewhere. */
function isBaseline({ text }: Document): boolean {
  if (text.trimStart().startsWith('{')) return /"kind"\s*:\s*"baseline"/.test(text);
  return /^(?:kind|"kind"|'kind')[ \t]*:[ \t]+["']?baseline\b/m.test(text);
}

export function bundlesOf(documents: readonly Document[]): Document[][] {
  const bundles: Document[][] = [];
  let bytes = 0;
  for (const document of documents) {
    const size = Buffer.byteLength(document.text) + 8;
    const last = bundles.at(-1);
    if (last && last.length < MOST_DOCUMENTS && bytes + size <= MOST_BYTES) last.push(document);
    else {
      bundles.push([document]);
      bytes = 0;
    }
    bytes += size;
  }
  return bundles;
}

/** JSON is YAML as well, so all of it goes as one text. */
export function textOfBundle(bundle: readonly Document[]): string {
  return bundle.map(({ text }) => (text.endsWith('\n') ? text : `${text}\n`)).join('---\n');
}

function filesIn(folder: string, name: string): string[] {
  const path = resolve(folder, name);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new WrongUsage(`${name} cannot be read: there is no such file or folder.`);
  if (!stat.isDirectory()) return [name];
  const entries = readdirSync(path, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const inner = join(name, entry.name);
    if (entry.name.startsWith('.')) return [];
    if (entry.isDirectory()) return filesIn(folder, inner);
    return /\.(ya?ml|json)$/.test(entry.name) ? [inner] : [];
  });
}

/** Cut where the control plane cuts: what is but comments belongs to the document behind it. */
function partsOf(folder: string, name: string): Document[] {
  const text = readText(folder, name);
  if (text.trimStart().startsWith('{')) return [{ name, text }];
  const texts: string[] = [];
  let before = '';
  for (const part of text.split(/^---(?=\s|$)[^\S\n]*\n?/m)) {
    if (/^[^\S\n\r\u2028\u2029]*[^\s#]/m.test(part)) {
      texts.push(before + part);
      before = '';
    } else before += part;
  }
  return texts.map((one, i) => ({ name: texts.length === 1 ? name : `${name}#${String(i + 1)}`, text: one }));
}
