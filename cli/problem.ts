// Answers that say no, as people read them: RFC 9457 problems with every detail, and what to do about the usual ones.
import { RefusedByControlPlane, Unreachable, type Failure } from './failure.ts';

export type Problem = Readonly<Record<string, unknown>>;

/** Members of a problem that are said in the sentence, or say nothing to people. */
const SAID = new Set(['type', 'title', 'status', 'detail', 'instance', 'code', 'errors']);

/** What an answer with a status of 400 or more means. */
export function failureOf(status: number, body: string): Failure {
  const problem = problemOf(body);
  const detail = textOf(problem?.['detail']) ?? textOf(problem?.['message']) ?? 'it gave no reason';
  if (!isOfControlPlane(status, problem)) {
    return new Unreachable(
      `Something that is no control plane answered (${String(status)}): is FLYBALL_URL right? It ends before /v1.`,
      { problem },
    );
  }
  const message = `${sentenceOf(status)} (${String(status)}): ${detail}`;
  const details = { lines: linesOf(status, problem), problem };
  return status >= 500 ? new Unreachable(message, details) : new RefusedByControlPlane(message, details);
}

/** A gateway in front may say by itself who may not ask, and how often, or that nothing answers. */
function isOfControlPlane(status: number, problem: Problem | undefined): boolean {
  return [401, 403, 429].includes(status) || status >= 500 || textOf(problem?.['code']) !== undefined;
}

function sentenceOf(status: number): string {
  if (status === 401) return 'The control plane does not know who is asking';
  if (status === 403) return 'This key may not do this';
  return status >= 500 ? 'The control plane could not answer' : 'The control plane refused';
}

function linesOf(status: number, problem: Problem | undefined): string[] {
  const lines = errorsOf(problem).map(({ path, reason }) => `${path === '' ? '/' : path}  ${reason}`);
  for (const [name, value] of Object.entries(problem ?? {})) {
    if (!SAID.has(name)) lines.push(`${name}: ${JSON.stringify(value)}`);
  }
  const todo = adviceFor(status, problem);
  if (todo !== undefined) lines.push(todo);
  const instance = textOf(problem?.['instance']);
  if (instance !== undefined) lines.push(`Its logs name this as ${instance.split(':').at(-1) ?? instance}.`);
  return lines;
}

function adviceFor(status: number, problem: Problem | undefined): string | undefined {
  const code = textOf(problem?.['code']);
  if (code === 'LIBRARY_TOO_OLD') return 'Deploy the function with a newer flyball first, or publish with --force.';
  // No role helps to publish a draft of one's own; what else four eyes stop, the answer itself tells how to do.
  if (code === 'FOUR_EYES') {
    return problem?.['needed'] === undefined
      ? undefined
      : 'Somebody else reads it and runs flyball publish --draft <service> --note ….';
  }
  if (status === 401) {
    return 'Set FLYBALL_TOKEN to an API key, or a token, that is neither expired nor revoked; or flyball login with a key.';
  }
  if (code === 'NO_ROLE') return 'Which claims give which role is said by the deployment parameter oidcIssuers.';
  if (status === 403) return 'Use a key of a higher role, or one that is for this service.';
  if (status === 429 && code !== 'TOO_MANY_FAILED_LOGINS') return 'Too many requests at once; try again in a moment.';
  return undefined;
}

export interface RuleError {
  /** A JSON pointer into the document. */
  readonly path: string;
  readonly reason: string;
}

/** What is wrong with a document, place by place. */
export function errorsOf(problem: Problem | undefined): readonly RuleError[] {
  return placesOf(problem?.['errors']);
}

/** What of a document in order is probably not meant, place by place. */
export function warningsOf(answer: Readonly<Record<string, unknown>>): readonly RuleError[] {
  return placesOf(answer['warnings']);
}

/** As a line below what they are about. */
export function warningLine({ path, reason }: RuleError): string {
  return `  warning: ${path}  ${reason}`;
}

function placesOf(list: unknown): readonly RuleError[] {
  if (!Array.isArray(list)) return [];
  return list.map((one: unknown) => {
    const { path, reason } = isObject(one) ? one : {};
    return { path: textOf(path) ?? '', reason: textOf(reason) ?? 'no reason was given' };
  });
}

function problemOf(body: string): Problem | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
