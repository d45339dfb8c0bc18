// The files of the console as they were built, in memory: read once, and again when a laptop has built them anew.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
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

/** Gives the files of a folder. What it gives throws an Error while there is no console in the folder. */
export function consoleIn(folder: string): () => ConsoleFiles {
  let read: { readonly files: ConsoleFiles; readonly builtAt: number } | undefined;
  return () => {
    // In a package it never changes.
    const builtAt = builtIn(folder);
    if (read?.builtAt !== builtAt) read = { files: filesIn(folder), builtAt };
    return read.files;
  };
}

/** When its build was finished, ms since the epoch. */
function builtIn(folder: string): number {
  try {
    return statSync(join(folder, 'manifest.json')).mtimeMs;
  } catch (error) {
    const what = `There is no console in ${folder}: packaging the stack builds it, and so does npm start`;
    throw new Error(what, { cause: error });
  }
}

function filesIn(folder: string): ConsoleFiles {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  const named = Object.entries(manifest.files).map(([name, file]) => [name, read(folder, name, file)] as const);
  const files = new Map<string, ConsoleFile>(named);
  const page = files.get(manifest.page);
  if (page === undefined)
    throw new Error(`${folder}/manifest.json names no page that is there; build the console again`);
  files.delete(manifest.page);
  return { page, asset: (name) => files.get(name) };
}

function read(folder: string, name: string, { type, hash }: BuiltFile): ConsoleFile {
  const of = (ending: string) => readFileSync(join(folder, `${name}${ending}`));
  return { type, hash, identity: of(''), br: of('.br'), gzip: of('.gz') };
}
