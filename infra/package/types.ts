// The types of the package: what its entries reach, under names that need nothing of this repository.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { ENTRIES } from './entries.ts';

interface Reference {
  readonly fileName: string;
  readonly end: number;
}

/** @throws when a type cannot be emitted, or names a file that is not there. */
export function buildTypes(root: string, out: string): void {
  const emitted = mkdtempSync(join(tmpdir(), 'flyball-types-'));
  try {
    emit(root, emitted);
    for (const file of reached(emitted)) {
      const target = join(out, file);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, indented(withJavaScriptNames(readFileSync(join(emitted, file), 'utf8'))));
    }
  } finally {
    rmSync(emitted, { recursive: true, force: true });
  }
}

/** As the sources are, by two spaces a level; the compiler writes four, a tenth of its files. */
function indented(text: string): string {
  return text.replace(/^(?: {4})+/gm, (spaces) => spaces.slice(spaces.length / 2));
}

/** A declaration for every module that the entries' sources import. */
function emit(root: string, outDir: string): void {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const config = join(root, 'tsconfig.build.json');
  try {
    execFileSync(process.execPath, [compiler, '-p', config, '--outDir', outDir], { encoding: 'utf8' });
  } catch (error) {
    const said = typeof error === 'object' && error !== null && 'stdout' in error ? String(error.stdout) : '';
    throw new Error(`the types of the package cannot be made:\n${said}`, { cause: error });
  }
}

/** The declarations that the entries' own mention, themselves or through others; most modules are nobody's business. */
function reached(folder: string): ReadonlySet<string> {
  const files = new Set<string>(Object.values(ENTRIES).map((source) => source.replace(/\.ts$/, '.d.ts')));
  for (const file of files) {
    const path = join(folder, file);
    if (!existsSync(path)) throw new Error(`${file} is mentioned by the package's types, and was not emitted`);
    for (const { fileName } of relativeImports(readFileSync(path, 'utf8'))) {
      const declaration = resolve('/', dirname(file), fileName).slice(1).replace(/\.ts$/, '.d.ts');
      files.add(declaration);
    }
  }
  return files;
}

/** TypeScript leaves `.ts` in declarations as it is; no user has that file. */
function withJavaScriptNames(text: string): string {
  return relativeImports(text).reduceRight(
    (changed, { end }) => `${changed.slice(0, end - '.ts'.length)}.js${changed.slice(end)}`,
    text,
  );
}

/** Imports, re-exports and `import('…')` types of our own modules, in their order; `end` is behind the last letter. */
function relativeImports(text: string): readonly Reference[] {
  const source = ts.createSourceFile('declaration.d.ts', text, ts.ScriptTarget.Latest, true);
  const found: Reference[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && isSpecifier(node.parent) && node.text.startsWith('.')) {
      if (!node.text.endsWith('.ts'))
        throw new Error(`the package's types import "${node.text}", which is no .ts file`);
      found.push({ fileName: node.text, end: node.getEnd() - 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isSpecifier(parent: ts.Node): boolean {
  return ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isLiteralTypeNode(parent);
}
