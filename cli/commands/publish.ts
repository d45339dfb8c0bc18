// `flyball publish`: puts a rule document in force, as the draft and then as the next revision.
import { jsonBody } from '../answers.ts';
import type { Command, Given, Outcome, World } from '../command.ts';
import { strange, type Answer, type ControlPlane } from '../control-plane.ts';
import { EXIT, RefusedByControlPlane, WrongUsage, type Failure } from '../failure.ts';
import { isObject, warningLine, warningsOf, type RuleError } from '../problem.ts';
import { filesFor, readRulesFile, serviceName, type RulesFile } from '../rules-file.ts';

export const publish: Command = {
  name: 'publish',
  summary: 'put a rule document in force',
  synopsis: '<file…> --note <text> [--force] [--service <name>], or --draft <service> --note <text>',
  help: `Replaces the draft of the service by the document, JSON or YAML, and publishes it.
Instances follow within seconds. Publishing what is in force already changes nothing.

  --note <text>     why, for the history
  --draft <service> the draft as it stands, in place of a file
  --force           although running functions have a flyball that is older than the rules
  --service <name>  of several files, the one with the rules of this service`,
  options: {
    note: { type: 'string' },
    draft: { type: 'string' },
    force: { type: 'boolean' },
    service: { type: 'string' },
  },
  takes: { atLeast: 0, atMost: Infinity },

  run: (given, world) => publishGiven(given, world),
};

/** Publishes a file, or the draft as it stands, to the whole fleet or to the part that `gray` says. */
export async function publishGiven(
  given: Given,
  world: World,
  gray?: Readonly<Record<string, unknown>>,
): Promise<Outcome> {
  const note = given.text('note') ?? '';
  if (note.trim() === '') throw new WrongUsage('--note is missing: say in a few words why the rules change.');
  const body = { note, ...(given.flag('force') ? { force: true } : {}), ...(gray ? { gray } : {}) };
  const drafted = given.text('draft');
  const { service, answer } = await (drafted === undefined
    ? publishFile(given, world, body)
    : publishAsItStands(drafted, given, world, body));
  const { revision, publishedAt, changed, warnings } = publishedBy(answer);
  const where = gray ? 'is given to part of the fleet' : 'is in force';
  const said = changed ? where : 'was in force already; nothing changed';
  return {
    exitCode: EXIT.ok,
    lines: [`${service}: revision ${String(revision)} ${said}.`, ...warnings.map(warningLine)],
    json: { service, revision, publishedAt, changed, ...(warnings.length > 0 ? { warnings } : {}) },
  };
}

interface Sent {
  readonly service: string;
  readonly answer: Answer;
}

async function publishFile({ args, text }: Given, { controlPlane, folder }: World, body: object): Promise<Sent> {
  if (args.length === 0) throw new WrongUsage('Say what to publish: a file, or --draft <service>.');
  const service = text('service');
  const files = args.map((name) => readRulesFile(folder, name, service));
  const file = theOne(filesFor(service, files));
  const path = `/v1/services/${serviceName(file.service)}`;
  const draft = await controlPlane.ask('PUT', `${path}/draft`, { body: file });
  try {
    return { service: file.service, answer: await publishDraft(controlPlane, path, draft, body) };
  } catch (error) {
    throw error instanceof RefusedByControlPlane ? draftStays(error) : error;
  }
}

async function publishAsItStands(
  service: string,
  { args }: Given,
  { controlPlane }: World,
  body: object,
): Promise<Sent> {
  if (args.length > 0) throw new WrongUsage('Give a file or --draft <service>, not both.');
  const path = `/v1/services/${serviceName(service)}`;
  const draft = await controlPlane.ask('GET', `${path}/draft`);
  return { service, answer: await publishDraft(controlPlane, path, draft, body) };
}

/** @throws {WrongUsage} unless there is one document to publish: which rules come in force is for their author to say. */
function theOne(files: readonly RulesFile[]): RulesFile {
  const [file, ...others] = files;
  if (file && others.length === 0) return file;
  const lines = files.map(({ name, service }) => `${name} holds rules of ${service}`);
  throw new WrongUsage('One document is published at a time: give one file, or choose with --service.', { lines });
}

/** Publishes this very draft: with its ETag, what somebody else puts meanwhile is not published in its place. */
function publishDraft(controlPlane: ControlPlane, path: string, draft: Answer, body: object): Promise<Answer> {
  const etag = draft.headers.get('etag');
  return controlPlane.ask('POST', `${path}/publish`, {
    body: jsonBody(body),
    headers: etag === null ? {} : { 'if-match': etag },
  });
}

function draftStays({ message, lines, problem }: Failure): Failure {
  return new RefusedByControlPlane(message, {
    lines: [...lines, 'The document is the draft of the service now; the rules in force are what they were.'],
    problem,
  });
}

interface Published {
  readonly revision: number;
  readonly publishedAt: string;
  readonly changed: boolean;
  readonly warnings: readonly RuleError[];
}

/** @throws {Unreachable} when the answer does not tell. */
function publishedBy(answer: Answer): Published {
  try {
    const body: unknown = JSON.parse(answer.text);
    if (isObject(body) && typeof body['revision'] === 'number') {
      const { revision, publishedAt, changed } = body;
      return { revision, publishedAt: String(publishedAt), changed: changed === true, warnings: warningsOf(body) };
    }
  } catch {
    // Told below, together with JSON that says something else.
  }
  throw strange('that of a publication', answer);
}
