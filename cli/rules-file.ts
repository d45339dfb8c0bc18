// Rule documents on the disk: read to be sent as they are, and replaced all at once or not at all.
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { WrongUsage } from './failure.ts';
import { isObject, textOf } from './problem.ts';

export interface RulesFile {
  /** As it was typed. */
  readonly name: string;
  readonly service: string;
  readonly text: string;
  readonly type: 'application/json' | 'application/yaml';
}

/**
 * Reads a document and the service it is for: the one it names, or `otherwise` when that cannot be seen from here.
 * @throws {WrongUsage} when it cannot be read, or is for no service.
 */
export function readRulesFile(folder: string, name: string, otherwise: string | undefined): RulesFile {
  const text = readText(folder, name);
  if (text.trim() === '') throw new WrongUsage(`${name} is empty: a rule document was expected.`);
  const json = name.endsWith('.json') || text.trimStart().startsWith('{');
  const named = (json ? serviceOfJson(text, name) : serviceOfYaml(text)) ?? otherwise;
  if (named === undefined && /^(?:kind|[ \t]*"kind")[ \t]*:[ \t]*["']?baseline\b/m.test(text)) {
    throw new WrongUsage(
      `${name} is the baseline and for no service: flyball apply -f ${name} --publish --note … puts it in force, --dry-run tells what that would change.`,
    );
  }
  if (named === undefined) {
    throw new WrongUsage(
      `${name} does not say which service its rules are for: give it a "service: …", at the left edge if it is YAML.`,
    );
  }
  return { name, service: named, text, type: json ? 'application/json' : 'application/yaml' };
}

/**
 * Of several documents, those for this service; all of them when it is not said which.
 * @throws {WrongUsage} when there are none.
 */
export function filesFor(service: string | undefined, files: readonly RulesFile[]): readonly RulesFile[] {
  if (service === undefined) return files;
  const found = files.filter((file) => file.service === serviceName(service));
  if (found.length > 0) return found;
  const lines = files.map((file) => `${file.name} holds those of ${file.service}`);
  throw new WrongUsage(`None of the files holds rules of "${service}".`, { lines });
}

/** @throws {WrongUsage} when it cannot be read. */
export function readText(folder: string, name: string): string {
  try {
    return readFileSync(resolve(folder, name), 'utf8');
  } catch (error) {
    throw new WrongUsage(`${name} cannot be read: ${whyNot(error)}.`, {}, { cause: error });
  }
}

function serviceOfJson(text: string, name: string): string | undefined {
  try {
    const document: unknown = JSON.parse(text);
    return isObject(document) ? textOf(document['service']) : undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it cannot be parsed';
    throw new WrongUsage(`${name} is no JSON: ${reason}.`, {}, { cause: error });
  }
}

/** As a part of a path. @throws {WrongUsage} unless services can have that name. */
export function serviceName(service: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/.test(service)) return service;
  throw new WrongUsage(`"${service}" names no service: a name is 1 to 64 lower-case letters, digits and hyphens.`);
}

/** The key stands at the left edge of a document, whatever else the YAML holds; the control plane reads all of it. */
function serviceOfYaml(text: string): string | undefined {
  const found = /^(?:service|"service"|'service')[ \t]*:[ \t]+(?:"([^"\n]+)"|'([^'\n]+)'|([^\s#"'][^\s#]*))/m.exec(
    text,
  );
  return found?.[1] ?? found?.[2] ?? found?.[3];
}

/**
 * Replaces a file by a new one in a single step, so that whoever packages a function finds the old rules or the new ones.
 * @returns whether anything had to change.
 * @throws {WrongUsage} when it cannot be written; what was there is still there.
 */
export function replaceFile(folder: string, name: string, text: string, mode = 0o666): boolean {
  const path = resolve(folder, name);
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    if (contentOf(path) === text) return false;
    writeFileSync(temporary, text, { flag: 'wx', mode });
    renameSync(temporary, path);
    return true;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new WrongUsage(`${name} cannot be written: ${whyNot(error)}.`, {}, { cause: error });
  }
}

function contentOf(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, 'utf8') : undefined;
}

function whyNot(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES' || code === 'EPERM') return 'you may not';
  return error instanceof Error ? error.message : String(error);
}
