// `flyball approve`: agrees to the draft of somebody else, exactly as it was read.
import { cell, fieldsOf, jsonBody, moment, type Fields } from '../answers.ts';
import { changesIn, linesOfChanges } from '../changes.ts';
import type { Command, Given, Outcome, World } from '../command.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { shown, type Line } from '../line.ts';
import { serviceSubject, type Subject } from '../subject.ts';

export const APPROVE_OPTIONS = {
  draft: { type: 'string' },
  note: { type: 'string' },
  show: { type: 'boolean' },
} as const;

export const APPROVE_HELP = `  --draft <etag>  the draft you have read, by its ETag; without it you are shown what it
                  would change, and asked
  --note <text>   why, for the history
  --show          tells whose draft it is and who has approved it; approves nothing`;

export const approve: Command = {
  name: 'approve',
  summary: 'agree to a draft of somebody else, exactly as you have read it',
  synopsis: '<service> [--draft <etag>] [--note <text>] [--show]',
  help: `Where the deployment asks for four eyes. A change of the draft takes it away.

${APPROVE_HELP}`,
  options: APPROVE_OPTIONS,
  takes: { atLeast: 1, atMost: 1 },

  run: (given, world) => approved(serviceSubject(given.args[0] ?? ''), given, world),
};

export async function approved(subject: Subject, { text, flag }: Given, world: World): Promise<Outcome> {
  const { controlPlane } = world;
  const draft = await controlPlane.ask('GET', `${subject.path}/draft/approvals`);
  const told = fieldsOf(draft, 'a list of approvals');
  if (flag('show')) return outcome(subject, told, []);
  const meant = text('draft') ?? (await readAndAgreed(subject, told, world));
  const note = text('note');
  // Of another draft than the one that was read nothing is approved.
  const answer = await controlPlane.ask('POST', `${subject.path}/draft/approve`, {
    body: jsonBody(note === undefined ? {} : { note }),
    headers: { 'if-match': `"${meant.replaceAll('"', '')}"` },
  });
  return outcome(subject, fieldsOf(answer, 'a list of approvals'), [
    `You have approved the draft of ${subject.title}.`,
  ]);
}

/** Shows what the draft would change and asks. @returns its ETag. @throws {WrongUsage} where nobody can be asked, or says no. */
async function readAndAgreed(subject: Subject, told: Fields, { controlPlane, console }: World): Promise<string> {
  const etag = cell(told['etag']);
  if (!console.isTerminal) {
    throw new WrongUsage(
      `Say which draft you have read: --draft ${etag} is the one there is now; ${subject.command} diff shows it.`,
    );
  }
  const answer = await controlPlane.ask('GET', `${subject.path}/diff?from=published&to=draft`);
  const changes = linesOfChanges(changesIn(fieldsOf(answer, 'a list of differences')['changes']));
  const lines: readonly Line[] = changes.length > 0 ? changes : ['It says what is in force already.'];
  for (const line of lines) console.write(`${shown(line, console.colour)}\n`);
  const agreed = await console.confirm(`Approve this draft of ${subject.title}, by ${cell(told['author'])}?`);
  if (!agreed) throw new WrongUsage('Nothing was approved.');
  return etag;
}

function outcome(subject: Subject, told: Fields, said: readonly string[]): Outcome {
  const { etag, author, needed } = told;
  const approvals = changesIn(told['approvals']);
  const given = approvals.map(({ by, at, note }) => {
    const why = note === undefined ? '' : `: ${cell(note)}`;
    return `  ${cell(by)}, ${moment(at)}${why}`;
  });
  const whose = `The draft of ${subject.title} is by ${cell(author)}; others who must agree: ${cell(needed)}. ETag ${cell(etag)}`;
  const who = given.length > 0 ? ['Approved by', ...given] : ['Nobody has approved it.'];
  return { exitCode: EXIT.ok, lines: [...said, whose, ...who], json: { ...subject.named, ...told } };
}
