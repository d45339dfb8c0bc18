// Finds a function's own handler by its configured name, as AWS's Node runtime does.
import { Misused } from '../kernel/errors.ts';

export type AnyHandler = (event: unknown, context: unknown, ...rest: unknown[]) => unknown;

export interface HandlerName {
  /** The module's folder, as it stands in the name; empty for the task root. */
  readonly folder: string;
  readonly module: string;
  /** Names from the module's exports down to the handler. */
  readonly path: readonly string[];
}

/** In the order the runtime looks. */
const EXTENSIONS = ['', '.js', '.mjs', '.cjs'];

const SET = 'set FLYBALL_HANDLER to the handler the function had before, such as index.handler';

/** `src/app.api.handler` is the export `api.handler` of the module `app` in `src`. @throws {Misused} */
export function parseHandlerName(name: string | undefined): HandlerName {
  if (name === undefined || name === '') throw new Misused(`FLYBALL_HANDLER is missing: ${SET}`);
  const last = process.getBuiltinModule('node:path').basename(name);
  const dot = last.indexOf('.');
  if (dot <= 0 || dot === last.length - 1 || name.includes('..')) {
    throw new Misused(`FLYBALL_HANDLER "${name}" is not of the form module.export: ${SET}`);
  }
  const folder = name.slice(0, name.length - last.length).replace(/\/$/, '');
  return { folder, module: last.slice(0, dot), path: last.slice(dot + 1).split('.') };
}

/**
 * The handler of that name below the task root; a module's own errors come through as they are.
 * @throws {Misused} when there is no such module or export, or it is no function.
 */
export async function loadHandler(name: string | undefined, taskRoot: string): Promise<AnyHandler> {
  const parsed = parseHandlerName(name);
  const found = await loadModule(parsed, taskRoot);
  const handler = findIn(found, parsed.path) ?? findIn(memberOf(found, 'default'), parsed.path);
  if (typeof handler === 'function') return handler as AnyHandler;
  const what = handler === undefined ? 'is not exported' : 'is no function';
  const exported = Object.keys(found ?? {}).join(', ') || 'nothing';
  throw new Misused(`FLYBALL_HANDLER "${name ?? ''}" ${what} (the module exports ${exported}): ${SET}`);
}

async function loadModule({ folder, module }: HandlerName, taskRoot: string): Promise<object | null> {
  const paths = process.getBuiltinModule('node:path');
  const { statSync } = process.getBuiltinModule('node:fs');
  const { pathToFileURL } = process.getBuiltinModule('node:url');
  const base = paths.resolve(taskRoot, folder, module);
  for (const extension of EXTENSIONS) {
    const file = `${base}${extension}`;
    if (statSync(file, { throwIfNoEntry: false })?.isFile()) {
      return (await import(pathToFileURL(file).href)) as object;
    }
  }
  const require = process.getBuiltinModule('node:module').createRequire(paths.resolve(taskRoot, 'index.js'));
  let file: string;
  try {
    file = require.resolve(module, { paths: [taskRoot, paths.join(taskRoot, folder)] });
  } catch {
    throw new Misused(`FLYBALL_HANDLER names no module: there is no ${base}.js, .mjs or .cjs: ${SET}`);
  }
  return require(file) as object;
}

function findIn(module: unknown, path: readonly string[]): unknown {
  let found = module;
  for (const key of path) found = memberOf(found, key);
  return found;
}

function memberOf(parent: unknown, key: string): unknown {
  return typeof parent === 'object' && parent !== null ? (parent as Record<string, unknown>)[key] : undefined;
}
