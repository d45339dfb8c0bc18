// `flyball diff`: what differs between two versions of a service's rules, or between a file and the draft.
import { fieldsOf } from '../answers.ts';
import { changesIn, linesOfChanges } from '../changes.ts';
import type { Command, Given, Outcome, World } from '../command.ts';
import type { ControlPlane } from '../control-plane.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { didYouMean } from '../nearest.ts';
import { readRulesFile, serviceName } from '../rules-file.ts';
import { serviceSubject, type Subject } from '../subject.ts';

const NAMED = ['published', 'draft', 'gray'];

export const diff: Command = {
  name: 'diff',
  summary: 'show what differs between two versions, rule by rule',
  synopsis: '<service> [<from>] [<to>] [--exit-code], or diff -f <file> [--from <version>]',
  help: `From what is in force to the draft, unless it is said otherwise: versions are
published, draft, gray, and revisions by their numbers. + came, - went, ~ changed,
> has another name.

  -f, --file <file>  from what is in force of its service to this document, as it
                     would be published; stores nothing
  --from <version>   with -f: from this version instead
  --exit-code        ends with 4 if anything differs`,
  options: {
    file: { type: 'string', short: 'f' },
    from: { type: 'string' },
    'exit-code': { type: 'boolean' },
  },
  takes: { atLeast: 0, atMost: 3 },

  async run(given, world) {
    const file = given.text('file');
    if (file !== undefined && given.args.length > 0) throw new WrongUsage('Give a service or -f <file>, not both.');
    if (file === undefined && given.text('from') !== undefined) {
      throw new WrongUsage('--from goes with -f <file>: flyball diff <service> <from> <to> compares two versions.');
    }
    return file === undefined ? betweenVersions(given, world.controlPlane) : ofFile(file, given, world);
  },
};

async function betweenVersions(given: Given, controlPlane: ControlPlane): Promise<Outcome> {
  const [service, ...versions] = given.args;
  if (service === undefined) throw new WrongUsage('Say of which service: flyball diff <service> [<from>] [<to>]');
  return compared(serviceSubject(service), versions, given, controlPlane);
}

/** What differs between two versions of a document: from what is in force to the draft, unless they are given. */
export async function compared(
  subject: Subject,
  versions: readonly (string | undefined)[],
  given: Given,
  controlPlane: ControlPlane,
): Promise<Outcome> {
  const [from = 'published', to = 'draft'] = versions;
  requireVersion(from);
  requireVersion(to);
  const query = new URLSearchParams({ from, to });
  const answer = await controlPlane.ask('GET', `${subject.path}/diff?${query.toString()}`);
  const changes = fieldsOf(answer, 'a list of differences')['changes'];
  return outcome(
    given,
    { ...subject.named, from, to, changes },
    `${subject.title}: ${titleOf(from)} and ${titleOf(to)} say the same.`,
  );
}

/** @throws {WrongUsage} */
function requireVersion(version: string): void {
  if (NAMED.includes(version) || /^[1-9][0-9]{0,8}$/.test(version)) return;
  const meant = didYouMean(version, NAMED);
  throw new WrongUsage(`There is no version "${version}": write ${NAMED.join(', ')} or a revision's number.${meant}`);
}

const titleOf = (version: string) =>
  version === 'published' ? 'what is in force' : /^[0-9]/.test(version) ? `revision ${version}` : `the ${version}`;

async function ofFile(name: string, given: Given, { controlPlane, folder }: World): Promise<Outcome> {
  const from = given.text('from') ?? 'published';
  requireVersion(from);
  const body = readRulesFile(folder, name, undefined);
  const service = serviceName(body.service);
  const answer = await controlPlane.ask('POST', `/v1/services/${service}/diff?from=${from}`, { body });
  const { changes } = fieldsOf(answer, 'a list of differences');
  return outcome(
    given,
    { service, from, to: name, changes },
    `${name} and ${titleOf(from)} of ${service} say the same.`,
  );
}

function outcome(
  { flag }: Given,
  told: { readonly service?: string; readonly from: string; readonly to: string; readonly changes: unknown },
  same: string,
): Outcome {
  const changes = changesIn(told.changes);
  const lines = changes.length === 0 ? [same] : linesOfChanges(changes);
  const differs = flag('exit-code') && changes.length > 0;
  return { exitCode: differs ? EXIT.differs : EXIT.ok, lines, json: { ...told, changes } };
}
