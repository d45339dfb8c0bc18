// `flyball validate`: says everything that is wrong with rule documents, storing nothing.
import type { Command } from '../command.ts';
import { strange, type Answer, type ControlPlane } from '../control-plane.ts';
import { EXIT, WrongUsage, type Failure } from '../failure.ts';
import { errorsOf, isObject, warningLine, warningsOf, type RuleError } from '../problem.ts';
import { filesFor, readRulesFile, serviceName, type RulesFile } from '../rules-file.ts';

interface Verdict {
  readonly file: string;
  /** Unknown of a file that cannot be read. */
  readonly service?: string;
  readonly valid: boolean;
  readonly errors: readonly RuleError[];
  readonly warnings: readonly RuleError[];
}

export const validate: Command = {
  name: 'validate',
  summary: 'say what is wrong with rule documents, storing nothing',
  synopsis: '<file…> [--service <name>]',
  help: `Sends each document, JSON or YAML, to be validated as it would be when published,
and prints every error and warning with its path and reason. Exits with 1 if
there is an error, and with 2 if a file cannot be read; the others are looked at.

  --service <name>  of several files, only those with the rules of this service`,
  options: { service: { type: 'string' } },
  takes: { atLeast: 1, atMost: Infinity },

  async run({ args, text }, { controlPlane, folder }) {
    const service = text('service');
    const read = args.map((name) => readOrNot(folder, name, service));
    const wanted = filesFor(service, someReadable(read));
    const verdicts: Verdict[] = [];
    for (const file of read) {
      if ('failure' in file) verdicts.push(unread(file));
      else if (wanted.includes(file)) verdicts.push(await judge(controlPlane, file));
    }
    const valid = verdicts.every((verdict) => verdict.valid);
    return {
      exitCode: read.some((file) => 'failure' in file) ? EXIT.usage : valid ? EXIT.ok : EXIT.refused,
      lines: verdicts.flatMap(linesOf),
      json: { valid, files: verdicts },
    };
  },
};

interface Unread {
  readonly name: string;
  readonly failure: Failure;
}

/** One file that cannot be read does not keep the others from being looked at. */
function readOrNot(folder: string, name: string, service: string | undefined): RulesFile | Unread {
  try {
    return readRulesFile(folder, name, service);
  } catch (failure) {
    if (failure instanceof WrongUsage) return { name, failure };
    throw failure;
  }
}

/** @throws {WrongUsage} when none of them could be read, saying why of each. */
function someReadable(read: readonly (RulesFile | Unread)[]): readonly RulesFile[] {
  const files = read.flatMap((file) => ('failure' in file ? [] : [file]));
  const [first, ...others] = read.flatMap((file) => ('failure' in file ? [file.failure] : []));
  if (files.length > 0 || !first) return files;
  throw new WrongUsage(first.message, { lines: others.map(({ message }) => message) }, { cause: first });
}

function unread({ name, failure }: Unread): Verdict {
  return { file: name, valid: false, errors: [{ path: '', reason: failure.message }], warnings: [] };
}

async function judge(controlPlane: ControlPlane, { name: file, service, text, type }: RulesFile): Promise<Verdict> {
  const answer = await controlPlane.ask('POST', `/v1/services/${serviceName(service)}/draft/validate`, {
    body: { text, type },
    accept: [400, 422],
  });
  const body = bodyOf(answer);
  if (answer.status < 300 && body['valid'] === true) {
    return { file, service, valid: true, errors: [], warnings: warningsOf(body) };
  }
  if (answer.status < 300) throw strange('a verdict on the rules', answer);
  const errors = errorsOf(body);
  // Text that cannot be parsed has no places to name.
  const whole = { path: '', reason: typeof body['detail'] === 'string' ? body['detail'] : 'it cannot be read' };
  return { file, service, valid: false, errors: errors.length > 0 ? errors : [whole], warnings: [] };
}

function bodyOf(answer: Answer): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(answer.text);
    if (isObject(body)) return body;
  } catch {
    // Told below, together with JSON that is no object.
  }
  throw strange('a verdict on the rules', answer);
}

function linesOf({ file, service, valid, errors, warnings }: Verdict): string[] {
  if (valid) return [`${file}: valid rules of ${service}`, ...warnings.map(warningLine)];
  const number = errors.length === 1 ? 'an error' : `${String(errors.length)} errors`;
  return [`${file}: ${number}`, ...errors.map(({ path, reason }) => `  ${path === '' ? '/' : path}  ${reason}`)];
}
