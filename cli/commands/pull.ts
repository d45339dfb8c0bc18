// `flyball pull`: the published rules of a service in a file, to be packaged with its functions as `bootstrap`.
import type { Command } from '../command.ts';
import { strange, type Answer } from '../control-plane.ts';
import { EXIT } from '../failure.ts';
import { isObject } from '../problem.ts';
import { replaceFile, serviceName } from '../rules-file.ts';

const FILE = 'flyball.rules.json';

export const pull: Command = {
  name: 'pull',
  summary: 'write the published rules of a service to a file',
  synopsis: '<service> [-o <file>]',
  help: `Writes the rules in force to ${FILE}, to be packaged with the function:
govern({ service: 'orders', bootstrap: './${FILE}' }). The file is replaced
all at once, and only when the rules have changed; after an error it is what it was.

  -o, --output <file>  where to; "-" prints the rules instead`,
  options: { output: { type: 'string', short: 'o' } },
  takes: { atLeast: 1, atMost: 1 },

  async run({ args: [service = ''], text }, { controlPlane, folder }) {
    const file = text('output') ?? FILE;
    const answer = await controlPlane.ask('GET', `/v1/services/${serviceName(service)}/rules`);
    const document = documentOf(answer, service);
    const revision = Number(answer.headers.get('flyball-revision') ?? 0);
    const rules = `${JSON.stringify(document, undefined, 2)}\n`;
    if (file === '-')
      return { exitCode: EXIT.ok, lines: rules.trimEnd().split('\n'), json: { service, revision, rules: document } };

    const changed = replaceFile(folder, file, rules);
    const said = changed ? `${file} holds revision ${String(revision)} of ${service}` : `${file} is up to date`;
    return {
      exitCode: EXIT.ok,
      lines: [`${said}.`],
      json: { service, revision, file, changed },
    };
  },
};

/** @throws {Unreachable} when it is no rule document of the service: then it must not replace one. */
function documentOf(answer: Answer, service: string): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    document = JSON.parse(answer.text);
  } catch {
    document = undefined;
  }
  if (!isObject(document) || document['service'] !== service) throw strange(`a rule document of "${service}"`, answer);
  return document;
}
