// The package in strict TypeScript projects: what their authors write compiles, whichever way modules are found.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, inject, it } from 'vitest';

const project = inject('project');
const sources = readdirSync(join(project, 'src')).map((name) => join(project, 'src', name));

/** As strict as TypeScript is; Middy's own types ask for `skipLibCheck`. */
const STRICT: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
};
const NODENEXT = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
const BUNDLER = { module: ts.ModuleKind.Preserve, moduleResolution: ts.ModuleResolutionKind.Bundler };

function errorsOf(files: readonly string[], options: ts.CompilerOptions, within = project): readonly string[] {
  const host = ts.createCompilerHost(options);
  host.getCurrentDirectory = () => project;
  const program = ts.createProgram(files, options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file === undefined || file.fileName.startsWith(within))
    .map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
}

describe('a strict project', () => {
  it.each([
    ['as Node finds them (nodenext)', NODENEXT],
    ['as bundlers find them (bundler)', BUNDLER],
  ])('compiles with modules found %s', (_how, resolution) => {
    expect(sources.length).toBeGreaterThanOrEqual(4);
    expect(errorsOf(sources, { ...STRICT, ...resolution })).toEqual([]);
  });

  it('may look into the types of flyball itself: they need nothing that is not installed with it', () => {
    const found = errorsOf(
      sources,
      { ...STRICT, ...NODENEXT, skipLibCheck: false },
      join(project, 'node_modules/flyball'),
    );
    // The test kit also speaks of SQS to those who have its client; it is an optional peer.
    expect(found.filter((error) => !error.includes("'@aws-sdk/client-sqs'"))).toEqual([]);
  });
});
