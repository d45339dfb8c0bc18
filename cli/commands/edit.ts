// `flyball edit`: the draft of a service in an editor and back, until it is in order; nothing that was written is lost.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cell, fieldsOf } from '../answers.ts';
import { changesIn, linesOfChanges } from '../changes.ts';
import type { Command, Outcome, World } from '../command.ts';
import type { Answer, ControlPlane } from '../control-plane.ts';
import { EXIT, Failure, RefusedByControlPlane } from '../failure.ts';
import { textIn } from '../line.ts';
import { printable } from '../printable.ts';
import { errorsOf, isObject, textOf } from '../problem.ts';
import { serviceName } from '../rules-file.ts';

const NOTE = '# flyball: ';
const YAML = { accept: 'application/yaml' };

export const edit: Command = {
  name: 'edit',
  summary: 'edit the draft of a service in your editor',
  synopsis: '<service>',
  help: `Opens the draft, as its author wrote it, in VISUAL or EDITOR (else vi); what is in
force where there is no draft. What is saved becomes the draft, unless somebody else
was faster. Errors are written above the text, and it is opened again; to give up,
leave it as it is. Nothing comes in force: flyball publish --draft <service> does that.
`,
  options: {},
  takes: { atLeast: 1, atMost: 1 },

  async run({ args: [service = ''] }, { controlPlane, console }) {
    const begun = await beginning(controlPlane, serviceName(service));
    const folder = mkdtempSync(join(tmpdir(), 'flyball-edit-'));
    const file = join(folder, `${service}.yaml`);
    writeFileSync(file, begun.text, { mode: 0o600 });
    let keep = true;
    try {
      const outcome = await untilSaved(service, file, begun, { controlPlane, console });
      keep = false;
      return outcome;
    } catch (error) {
      keep = withoutNotes(readFileSync(file, 'utf8')) !== begun.text;
      throw keep && error instanceof Failure ? kept(error, file) : error;
    } finally {
      if (!keep) rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Begun {
  readonly text: string;
  /** That the draft is still the one that was opened, or that there is still none. */
  readonly condition: Readonly<Record<string, string>>;
}

async function beginning(controlPlane: ControlPlane, service: string): Promise<Begun> {
  const path = `/v1/services/${service}`;
  const draft = await controlPlane.ask('GET', `${path}/draft`, { headers: YAML, accept: [404] });
  if (draft.status < 300) return { text: draft.text, condition: conditionOf(draft.headers.get('etag')) };
  const condition = conditionOf(null);
  const inForce = await controlPlane.ask('GET', `${path}/rules`, { accept: [404] });
  const revision = inForce.headers.get('flyball-revision');
  if (inForce.status >= 300 || revision === null || !/^[0-9]+$/.test(revision)) {
    return { text: `apiVersion: flyball/v1\nservice: ${service}\n`, condition };
  }
  const source = await controlPlane.ask('GET', `${path}/revisions/${revision}`, { headers: YAML });
  return { text: source.text, condition };
}

const conditionOf = (etag: string | null): Readonly<Record<string, string>> =>
  etag === null ? { 'if-none-match': '*' } : { 'if-match': etag };

/** @throws {Failure} when whoever edits gives up, or the control plane cannot be asked. */
async function untilSaved(
  service: string,
  file: string,
  begun: Begun,
  { controlPlane, console }: Pick<World, 'controlPlane' | 'console'>,
): Promise<Outcome> {
  let { condition } = begun;
  let opened = begun.text;
  let why = '';
  for (;;) {
    const endedWell = await console.edit(file);
    const saved = readFileSync(file, 'utf8');
    if (!endedWell) throw new RefusedByControlPlane('The editor did not end well: nothing was sent.');
    if (saved === opened) return givenUp(service, why);
    const text = withoutNotes(saved);
    if (text === begun.text && why === '') return givenUp(service, why);
    const answer = await controlPlane.ask('PUT', `/v1/services/${service}/draft`, {
      body: { text, type: text.trimStart().startsWith('{') ? 'application/json' : 'application/yaml' },
      headers: condition,
      accept: [400, 412, 413, 422],
    });
    if (answer.status < 300) return drafted(service, answer);
    if (answer.status === 412) condition = conditionOf(answer.headers.get('etag'));
    const notes = notesOn(answer);
    why = notes[0] ?? '';
    opened = `${notes.map((line) => `${NOTE}${printable(line)}\n`).join('')}${text}`;
    writeFileSync(file, opened, { mode: 0o600 });
  }
}

/** What to mend, or what somebody else has done meanwhile. */
function notesOn(answer: Answer): string[] {
  const told = fieldsOf(answer, 'a draft');
  const detail = textOf(told['detail']) ?? 'It was refused.';
  if (answer.status !== 412) {
    const errors = errorsOf(told).map(({ path, reason }) => `  ${path === '' ? '/' : path}  ${reason}`);
    return [detail, ...errors, 'Mend it and save; leave it as it is to give up.'];
  }
  const theirs = isObject(told['draft']) ? cell(told['draft']['author']) : 'somebody';
  const changes = linesOfChanges(changesIn(told['changes'])).map((line) => `  ${textIn(line)}`);
  return [
    `Meanwhile ${theirs} has changed the draft.`,
    'From theirs to yours:',
    ...changes,
    'Take these lines away and save to put yours in its place; leave it as it is to give up.',
  ];
}

function withoutNotes(text: string): string {
  return text
    .split(/(?<=\n)/)
    .filter((line) => !line.startsWith(NOTE.trimEnd()))
    .join('');
}

/** @throws {RefusedByControlPlane} when there was something to mend. */
function givenUp(service: string, why: string): Outcome {
  if (why !== '') throw new RefusedByControlPlane(`Nothing was changed. ${why}`);
  return { exitCode: EXIT.ok, lines: [`Nothing was changed of ${service}.`], json: { service, changed: false } };
}

function drafted(service: string, { headers }: Answer): Outcome {
  const inForce = headers.get('flyball-draft-in-force') === 'true';
  const next = inForce ? 'It says what is in force.' : `flyball publish --draft ${service} --note … puts it in force.`;
  return {
    exitCode: EXIT.ok,
    lines: [`The draft of ${service} is saved. ${next}`],
    json: { service, changed: true, etag: headers.get('etag'), inForce },
  };
}

function kept({ message, lines, problem, exitCode }: Failure, file: string): Failure {
  const details = { lines: [...lines, `What you wrote is in ${file}`], problem };
  return new Kept(message, details, exitCode);
}

/** The same failure, with where the text is. */
class Kept extends Failure {
  override readonly name = 'Kept';
  override readonly exitCode: Failure['exitCode'];

  constructor(message: string, details: ConstructorParameters<typeof Failure>[1], exitCode: Failure['exitCode']) {
    super(message, details);
    this.exitCode = exitCode;
  }
}
