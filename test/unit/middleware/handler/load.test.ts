import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadHandler, parseHandlerName } from '../../../../middleware/handler/load.ts';

const FILES = {
  'package.json': '{}',
  'index.js': 'exports.handler = () => "index.js"; exports.api = { v1: { handler: () => "dotted" } };',
  'module.mjs': 'export const handler = () => "module.mjs"; export const notes = 1;',
  'common.cjs': 'exports.handler = () => "common.cjs";',
  'both.js': 'exports.handler = () => "both.js";',
  'both.mjs': 'export const handler = () => "both.mjs";',
  'default.mjs': 'export default { handler: () => "default" };',
  'src/deep/app.js': 'exports.handler = () => "deep";',
  'esm/package.json': '{"type":"module"}',
  'esm/app.js': 'export const handler = () => "esm";',
  'folder/index.js': 'exports.handler = () => "folder";',
  'node_modules/packaged/index.js': 'exports.handler = () => "packaged";',
  'broken.mjs': 'throw new RangeError("broken at its top level");',
  'with space/app.mjs': 'export const handler = () => "spaced";',
};

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'flyball-load-'));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
});

afterAll(() => rmSync(root, { recursive: true }));

describe("the function's own handler", () => {
  it.each([
    ['index.handler', 'index.js'],
    ['index.api.v1.handler', 'dotted'],
    ['module.handler', 'module.mjs'],
    ['common.handler', 'common.cjs'],
    ['both.handler', 'both.js'],
    ['default.handler', 'default'],
    ['src/deep/app.handler', 'deep'],
    ['./src/deep/app.handler', 'deep'],
    ['esm/app.handler', 'esm'],
    ['with space/app.handler', 'spaced'],
    ['packaged.handler', 'packaged'],
  ])('%s is found where the runtime finds it', async (name, answer) => {
    const handler = await loadHandler(name, root);
    expect(handler({}, {})).toBe(answer);
  });

  it('may be named by an absolute path', async () => {
    expect((await loadHandler(join(root, 'esm/app.handler'), '/nowhere'))({}, {})).toBe('esm');
  });

  it.each([
    [undefined, 'FLYBALL_HANDLER is missing'],
    ['', 'FLYBALL_HANDLER is missing'],
    ['index', 'not of the form module.export'],
    ['index.', 'not of the form module.export'],
    ['.handler', 'not of the form module.export'],
    ['../index.handler', 'not of the form module.export'],
    ['nowhere.handler', 'FLYBALL_HANDLER names no module'],
    ['index.hander', '"index.hander" is not exported (the module exports'],
    ['index.api.v2.handler', 'is not exported'],
    ['module.notes', 'is no function'],
  ])('%j is refused with what to set', async (name, message) => {
    const refused = expect(loadHandler(name, root)).rejects;
    await refused.toThrow(message);
    await expect(loadHandler(name, root)).rejects.toThrow('set FLYBALL_HANDLER to the handler the function had before');
  });

  it("does not hide the module's own error", async () => {
    await expect(loadHandler('broken.handler', root)).rejects.toThrow(RangeError);
  });

  it('is named as the runtime reads names', () => {
    expect(parseHandlerName('src/app.api.handler')).toEqual({
      folder: 'src',
      module: 'app',
      path: ['api', 'handler'],
    });
  });
});
