// Taking rules away by the tag of what was looked at, and finding those that a folder no longer has.
import { cell, fieldsOf, listed } from './answers.ts';
import { strange, type Answer, type ControlPlane } from './control-plane.ts';
import { RefusedByControlPlane, WrongUsage } from './failure.ts';
import { isObject } from './problem.ts';

/** Removed at once unless somebody says how many may be. */
const MOST = 10;

export interface Removal {
  readonly service: string;
  /** Of the rules that are meant. */
  readonly etag: string;
  readonly note: string;
}

export interface RulesInForce {
  readonly etag: string;
  readonly revision: string;
  readonly document: Readonly<Record<string, unknown>>;
}

export async function readRules(controlPlane: ControlPlane, service: string): Promise<RulesInForce> {
  const answer = await controlPlane.ask('GET', `/v1/services/${service}/rules`);
  const [etag, revision] = [answer.headers.get('etag'), answer.headers.get('flyball-revision')];
  if (etag === null || revision === null) throw strange('a rule document in force', answer);
  return { etag, revision, document: fieldsOf(answer, 'a rule document') };
}

export function removeRules(controlPlane: ControlPlane, { service, etag, note }: Removal): Promise<Answer> {
  const query = new URLSearchParams({ note });
  const path = `/v1/services/${service}/rules?${query.toString()}`;
  return controlPlane.ask('DELETE', path, { headers: { 'if-match': etag } });
}

/** What rules carry that come from one place alone: `managed-by=payments-repo`. */
export interface Mark {
  readonly name: string;
  readonly value: string;
}

/** @throws {WrongUsage} */
export function markOf(text: string): Mark {
  const [, name, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return { name, value };
  throw new WrongUsage(
    `"${text}" is no mark: write a tag that all rules from here carry and no others, such as --prune managed-by=shop-repo.`,
  );
}

/** The services whose rules in force carry the mark, by name. */
export async function marked(controlPlane: ControlPlane, { name, value }: Mark): Promise<string[]> {
  const query = new URLSearchParams({ tag: `${name}=${value}` });
  const { rows } = await listed(controlPlane, '/v1/services', 'services', { query });
  return rows.flatMap(({ service, revision }) => (revision === undefined ? [] : [cell(service)]));
}

export interface Gone {
  readonly service: string;
  readonly etag: string;
  readonly revision: string;
}

interface Kept {
  readonly services: ReadonlySet<string>;
  /** As it was typed. */
  readonly atMost: string | undefined;
}

/** Those that carry the mark and are not kept. @throws {WrongUsage} when they are more than may be meant. */
export async function goneFrom(controlPlane: ControlPlane, mark: Mark, { services, atMost }: Kept): Promise<Gone[]> {
  const all = await marked(controlPlane, mark);
  const names = all.filter((service) => !services.has(service));
  requireFew(names, all.length, atMost);
  const gone: Gone[] = [];
  for (const service of names) {
    const { etag, revision, document } = await readRules(controlPlane, service);
    // The list is written after the rules; what they say themselves decides.
    const { tags } = document;
    if (isObject(tags) && tags[mark.name] === mark.value) gone.push({ service, etag, revision });
  }
  return gone;
}

/** An empty folder, or the wrong one, is not what somebody wants all of a fleet's rules to follow. */
function requireFew(names: readonly string[], of: number, atMost: string | undefined): void {
  if (atMost !== undefined && !/^[0-9]{1,4}$/.test(atMost)) throw new WrongUsage('--at-most is a number up to 9999.');
  const most = atMost === undefined ? Math.min(MOST, Math.floor(of / 2)) : Number(atMost);
  if (names.length <= most) return;
  const counted = `${String(names.length)} of the ${String(of)} services with this mark are not among the files`;
  throw new WrongUsage(
    `${counted}: at most ${String(most)} may lose their rules. Nothing was written; if all of them shall, say --at-most ${String(names.length)}.`,
    { lines: names },
  );
}

/** One after another. @throws {Failure} at the first that is not removed, naming those that are. */
export async function removeAll(controlPlane: ControlPlane, gone: readonly Gone[], note: string): Promise<void> {
  for (const [i, { service, etag }] of gone.entries()) {
    try {
      await removeRules(controlPlane, { service, etag, note });
    } catch (error) {
      if (!(error instanceof RefusedByControlPlane)) throw error;
      const before = gone.slice(0, i).map((one) => `${one.service}: has no rules any more`);
      const lines = [...error.lines, ...before];
      const message = `The files are applied, but ${service} keeps its rules. ${error.message}`;
      throw new RefusedByControlPlane(message, { lines, problem: error.problem }, { cause: error });
    }
  }
}
