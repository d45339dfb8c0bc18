// `flyball apply`: has the control plane hold what files say, from a build; or says what it would change.
import { isDeepStrictEqual } from 'node:util';
import { cell, fieldsOf, type Fields } from '../answers.ts';
import { bundlesOf, documentsIn, textOfBundle, type Document } from '../bundle.ts';
import type { Command, Given, Outcome, World } from '../command.ts';
import { strange, type ControlPlane } from '../control-plane.ts';
import { EXIT, RefusedByControlPlane, Unreachable, WrongUsage } from '../failure.ts';
import type { Line, Tone } from '../line.ts';
import { goneFrom, marked, markOf, removeAll, type Gone, type Mark } from '../removal.ts';
import { errorsOf, isObject, textOf, warningLine, warningsOf } from '../problem.ts';

export const apply: Command = {
  name: 'apply',
  summary: 'have the control plane hold what files say, all or none',
  synopsis: '-f <file or folder>… [--publish --note <text>] [--prune <tag>=<value>] [--dry-run] [--force]',
  help: `Validates every document before the first is written, then puts each as the draft of
its service and, with --publish, publishes it. Running it again changes nothing
that is as it should be, and goes on where it was stopped. One of them may be the
baseline (kind: baseline): the others are held against it, and it goes first.

  -f, --file <name>  a file, or a folder with all its .yaml, .yml and .json; several
                     times if need be, and several documents in a file with ---
  --publish          publishes each (role publisher, for a baseline admin); a draft
                     needs an editor
  --note <text>      with --publish: why, for the history
  --prune <tag>=<value>
                     with --publish: removes the rules of services that carry this
                     tag and are not among the files
  --at-most <number> so many services may lose their rules by that; unless it is
                     said, ten, and no more than half of those with the tag
  --yes              does not ask before anything is removed
  --dry-run          writes nothing; ends with 4 if anything would change, with 0 if not
  --force            although running functions have a flyball that is older than the rules`,
  options: {
    file: { type: 'string', short: 'f', multiple: true },
    publish: { type: 'boolean' },
    note: { type: 'string' },
    prune: { type: 'string' },
    'at-most': { type: 'string' },
    yes: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
    force: { type: 'boolean' },
  },
  takes: { atLeast: 0, atMost: 0 },

  async run(given, world: World) {
    const { controlPlane, folder } = world;
    const files = given.texts('file');
    if (files.length === 0) throw new WrongUsage('Say which files: flyball apply -f rules/');
    const [publish, dryRun, note] = [given.flag('publish'), given.flag('dry-run'), given.text('note') ?? ''];
    if (publish && !dryRun && note.trim() === '') {
      throw new WrongUsage('--note is missing: say in a few words why the rules change.');
    }
    const mark = prunedBy(given, publish);
    const bundles = bundlesOf(documentsIn(folder, files));
    // Of several bundles the last is validated before the first is written.
    const checked: Applied[] = [];
    if (dryRun || mark || bundles.length > 1) {
      for (const bundle of bundles) checked.push(...(await send(controlPlane, bundle, { dryRun: 'true' })));
    }
    const services = new Set(checked.map(({ service }) => cell(service)));
    const gone = mark ? await goneFrom(controlPlane, mark, { services, atMost: given.text('at-most') }) : [];
    if (!dryRun) {
      await requireMeant(gone, given, world);
      const applied = await applyAll(controlPlane, bundles, queryOf(given, note));
      await removeAll(controlPlane, gone, note);
      const unmarked = mark ? await withoutMark(controlPlane, mark, services) : [];
      return outcome({ documents: applied, gone, unmarked }, false);
    }
    const would: Applied[] = [];
    for (const one of checked) would.push(await wouldChange(controlPlane, one, publish));
    return outcome({ documents: would, gone, unmarked: [] }, true);
  },
};

/** @throws {WrongUsage} */
function prunedBy({ text }: Given, publish: boolean): Mark | undefined {
  const mark = text('prune');
  if (mark === undefined && text('at-most') !== undefined) throw new WrongUsage('--at-most goes with --prune.');
  if (mark === undefined) return undefined;
  if (!publish) throw new WrongUsage('--prune goes with --publish: what is removed is out of force at once.');
  return markOf(mark);
}

/** @throws {WrongUsage} unless somebody has said that these are to be removed; before anything is written. */
async function requireMeant(gone: readonly Gone[], { flag }: Given, { console }: World): Promise<void> {
  if (gone.length === 0 || flag('yes')) return;
  const names = gone.map(({ service }) => service);
  if (await console.confirm(`This removes the rules of ${names.join(', ')}. Go on?`)) return;
  throw new WrongUsage('These services would lose their rules, and nobody agreed: give --yes. Nothing was written.', {
    lines: names,
  });
}

/** Services of the files that a later run would not find by the mark; a list written after the rules may be behind. */
async function withoutMark(controlPlane: ControlPlane, mark: Mark, services: ReadonlySet<string>): Promise<string[]> {
  const found = new Set(await marked(controlPlane, mark));
  return [...services].filter((service) => service !== '' && !found.has(service));
}

type Query = Readonly<Record<string, string>>;

function queryOf({ flag }: Given, note: string): Query {
  return {
    ...(flag('publish') ? { publish: 'true' } : {}),
    ...(note === '' ? {} : { note }),
    ...(flag('force') ? { force: 'true' } : {}),
  };
}

/** What became of a document. */
interface Applied extends Fields {
  readonly file: string;
  readonly text: string;
}

async function applyAll(controlPlane: ControlPlane, bundles: readonly Document[][], query: Query): Promise<Applied[]> {
  const all: Applied[] = [];
  for (const bundle of bundles) all.push(...(await send(controlPlane, bundle, query)));
  return all;
}

/** @throws {RefusedByControlPlane} naming what is wrong with which file, or which of them are applied. */
async function send(controlPlane: ControlPlane, bundle: readonly Document[], query: Query): Promise<Applied[]> {
  const asked = new URLSearchParams(query);
  const answer = await controlPlane.ask('POST', `/v1/apply?${asked.toString()}`, {
    body: { text: textOfBundle(bundle), type: 'application/yaml' },
    accept: [409, 422],
  });
  const told = fieldsOf(answer, 'that of a bundle');
  const documents = told['documents'];
  const applied = Array.isArray(documents) ? documents.filter(isObject).map((one) => named(one, bundle)) : undefined;
  if (answer.status >= 400) {
    const lines = (applied ?? [])
      .flatMap((one) => linesOf(one))
      .map((line) => (typeof line === 'string' ? line : line.text));
    const detail = textOf(told['detail']) ?? 'it gave no reason';
    const away = applied?.some(({ problem }) => isObject(problem) && problem['status'] === 503) ?? false;
    const message = `The control plane refused (${String(answer.status)}): ${detail}`;
    const details = { lines, problem: told };
    throw away ? new Unreachable(message, details) : new RefusedByControlPlane(message, details);
  }
  if (!applied || applied.length !== bundle.length) throw strange('that of a bundle', answer);
  return applied;
}

function named(one: Fields, bundle: readonly Document[]): Applied {
  const { name = '', text = '' } = bundle[Number(one['document'])] ?? {};
  return { ...one, file: name, text };
}

/** Whether the draft says this, comments and all, and with `publish` whether what is in force says the same. */
async function wouldChange(controlPlane: ControlPlane, one: Applied, publish: boolean): Promise<Applied> {
  const isJson = one.text.trimStart().startsWith('{');
  const path = isBaseline(one) ? '/v1/baseline' : `/v1/services/${cell(one['service'])}`;
  const answer = await controlPlane.ask('GET', `${path}/draft`, {
    headers: isJson ? {} : { accept: 'application/yaml' },
    accept: [404],
  });
  const drafted = answer.status < 300 && (isJson ? isSameJson : isSameText)(answer.text, one.text);
  const inForce = answer.headers.get('flyball-draft-in-force') === 'true';
  if (!drafted) return { ...one, state: publish ? 'would-publish' : 'would-draft' };
  return { ...one, state: publish && !inForce ? 'would-publish' : 'unchanged' };
}

const isBaseline = ({ kind }: Fields) => kind === 'baseline';

const isSameText = (a: string, b: string) => a.trim() === b.trim();

function isSameJson(a: string, b: string): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(a), JSON.parse(b));
  } catch {
    // Not JSON for all its brace: then it is said to change, which does no harm.
    return false;
  }
}

const SAID: Readonly<Record<string, readonly [string, Tone | undefined]>> = {
  unchanged: ['nothing to change', undefined],
  drafted: ['is the draft now', 'changed'],
  published: ['is in force', 'good'],
  'would-draft': ['would become the draft', 'changed'],
  'would-publish': ['would come in force', 'changed'],
  valid: ['is in order', undefined],
  invalid: ['has errors', 'bad'],
  failed: ['failed', 'bad'],
  'not-tried': ['was not tried', 'changed'],
};

function linesOf(one: Applied): Line[] {
  const { file, service, state, revision, problem } = one;
  const [said, tone] = SAID[cell(state)] ?? [cell(state), undefined];
  const which = typeof revision === 'number' ? ` as revision ${String(revision)}` : '';
  const why = isObject(problem) ? `: ${cell(problem['detail'])}` : '';
  const what = isBaseline(one) ? 'the baseline' : service === null ? 'it' : cell(service);
  const text = `${file}: ${what} ${said}${which}${why}`;
  return [
    tone === undefined ? text : { text, tone },
    ...errorsOf(one).map(({ path, reason }) => `  ${path === '' ? '/' : path}  ${reason}`),
    ...warningsOf(one).map(warningLine),
    ...brokenBy(one),
  ];
}

/** Whose rules in force a baseline does not allow: they meet it when they are published next. */
function brokenBy({ violations }: Fields): string[] {
  if (!Array.isArray(violations)) return [];
  return violations.filter(isObject).map(({ service }) => `  the rules of ${cell(service)} that are in force break it`);
}

interface Done {
  readonly documents: readonly Applied[];
  /** Removed, or to be removed. */
  readonly gone: readonly Gone[];
  readonly unmarked: readonly string[];
}

function outcome({ documents: applied, gone, unmarked }: Done, dryRun: boolean): Outcome {
  const changed = applied.filter(({ state }) => state !== 'unchanged').length + gone.length;
  const documents = applied.map(({ text: _, ...one }) => one);
  const of = String(applied.length + gone.length);
  const said = `${String(changed)} of ${of} ${dryRun ? 'would change' : 'changed'}.`;
  const removed = gone.map(({ service, revision }) => ({ service, revision: Number(revision) }));
  return {
    exitCode: dryRun && changed > 0 ? EXIT.differs : EXIT.ok,
    lines: [
      ...applied.flatMap(linesOf),
      ...gone.map(({ service, revision }): Line => ({
        text: `${service} ${dryRun ? 'would lose its rules' : 'has no rules any more'} (they were revision ${revision})`,
        tone: 'bad',
      })),
      ...unmarked.map(
        (service) => `  warning: the rules of ${service} do not carry the tag: --prune will not find them`,
      ),
      said,
    ],
    json: { dryRun, changed, documents, ...(removed.length > 0 ? { removed } : {}) },
  };
}
