// `flyball get`: the rules in force, the draft or a revision, as YAML or JSON.
import type { Command, Outcome, World } from '../command.ts';
import { strange, type Answer } from '../control-plane.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { didYouMean } from '../nearest.ts';
import { isObject } from '../problem.ts';
import { replaceFile } from '../rules-file.ts';
import { serviceSubject, type Subject } from '../subject.ts';

const YAML = 'application/yaml';

export const get: Command = {
  name: 'get',
  summary: 'print the rules in force, the draft or a revision',
  synopsis: '<service> [rules|draft|<revision>] [-o <file>]',
  help: `rules       what instances run (as JSON, with the platform's defaults in it)
draft       what is being edited, as its author wrote it, comments and all
<revision>  the one of this number, as its author wrote it

  -o, --output <file>  replaces a file`,
  options: { output: { type: 'string', short: 'o' } },
  takes: { atLeast: 1, atMost: 2 },

  run: ({ args: [service = '', which = 'rules'], text }, world) =>
    document(serviceSubject(service), which, text('output'), world),
};

/** Prints a document, or writes it to a file. */
export async function document(
  subject: Subject,
  which: string,
  file: string | undefined,
  { controlPlane, folder }: World,
): Promise<Outcome> {
  const path = placeOf(subject, which);
  const inForce = which === 'rules';
  const answer = await controlPlane.ask('GET', path, { headers: inForce ? {} : { accept: YAML } });
  const source = inForce ? laidOut(answer) : answer.text;
  const told = { ...subject.named, which, ...headersOf(answer), source };
  if (file === undefined || file === '-') {
    return { exitCode: EXIT.ok, lines: source.trimEnd().split(/\r?\n/), json: told };
  }
  const changed = replaceFile(folder, file, source);
  const said = changed ? `${file} holds ${titleOf(which)} of ${subject.title}` : `${file} is up to date`;
  return { exitCode: EXIT.ok, lines: [`${said}.`], json: { ...told, file, changed } };
}

/** @throws {WrongUsage} unless it is one of those there can be. */
function placeOf({ path, inForce }: Subject, which: string): string {
  if (which === 'rules') return inForce;
  if (which === 'draft') return `${path}/draft`;
  if (/^[1-9][0-9]{0,8}$/.test(which)) return `${path}/revisions/${which}`;
  const meant = didYouMean(which, ['rules', 'draft']);
  throw new WrongUsage(`There is no "${which}" to get: write rules, draft or the number of a revision.${meant}`);
}

const titleOf = (which: string) =>
  which === 'rules' ? 'the rules in force' : which === 'draft' ? 'the draft' : `revision ${which}`;

function laidOut(answer: Answer): string {
  try {
    const document: unknown = JSON.parse(answer.text);
    if (isObject(document)) return `${JSON.stringify(document, undefined, 2)}\n`;
  } catch {
    // Told below, together with JSON that is no object.
  }
  throw strange('a rule document', answer);
}

function headersOf({ headers }: Answer) {
  const [revision, author, inForce] = ['flyball-revision', 'flyball-draft-author', 'flyball-draft-in-force'].map(
    (name) => headers.get(name) ?? undefined,
  );
  return {
    ...(revision === undefined ? {} : { revision: Number(revision) }),
    ...(author === undefined ? {} : { author: decoded(author) }),
    ...(inForce === undefined ? {} : { inForce: inForce === 'true' }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURI(text);
  } catch {
    return text;
  }
}
