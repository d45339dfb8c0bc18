// The files of the console as they were built, in memory: read once, and again when a laptop has built them anew.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../api/index.ts';
import type { BuiltFile, Manifest } from './manifest.ts';

/** A file and how it may be sent. */
export interface ConsoleFile {
  readonly type: string;
  readonly hash: string;
  readonly identity: Buffer;
  readonly br: Buffer;
  readonly gzip: Buffer;
}

export interface ConsoleFiles {
  readonly page: ConsoleFile;
  asset(name: string): ConsoleFile | undefined;
}

/** Gives the files of a folder. What it gives throws a Problem (503) while there is no whole console in the folder. */
export function consoleIn(folder: string): () => ConsoleFiles {
  let read: { readonly files: ConsoleFiles; readonly builtAt: number } | undefined;
  return () => {
    try {
      // In a package it never changes.
      const builtAt = statSync(join(folder, MANIFEST)).mtimeMs;
      if (read?.builtAt !== builtAt) read = { files: filesIn(folder), builtAt };
      return read.files;
    } catch (error) {
      throw notBuilt(folder, error);
    }
  };
}

/** Written last: a build that has one was finished. */
const MANIFEST = 'manifest.json';

function notBuilt(folder: string, error: unknown): Problem {
  const detail =
    `There is no whole console in ${folder}: npm start builds it, and its log says what it could not build; ` +
    'in a deployed stack serverless deploy does.';
  return new Problem(503, detail, { code: 'NOT_BUILT', headers: { 'retry-after': '10' } }, { cause: error });
}

function filesIn(folder: string): ConsoleFiles {
  const manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as Manifest;
  const named = Object.entries(manifest.files).map(([name, file]) => [name, read(folder, name, file)] as const);
  const files = new Map<string, ConsoleFile>(named);
  const page = files.get(manifest.page);
  if (page === undefined) throw new Error(`${MANIFEST} names no page that is there`);
  files.delete(manifest.page);
  return { page, asset: (name) => files.get(name) };
}

function read(folder: string, name: string, { type, hash }: BuiltFile): ConsoleFile {
  const of = (ending: string) => readFileSync(join(folder, `${name}${ending}`));
  return { type, hash, identity: of(''), br: of('.br'), gzip: of('.gz') };
}
