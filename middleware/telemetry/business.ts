// Finds failures of the business in answers that look well: codes that the rules say are none of success.
import type { Policy } from '../kernel/policy.ts';
import type { TelemetryRule } from '../kernel/rules/document.ts';

type Judge = (response: unknown) => string | undefined;
type BusinessFailures = NonNullable<TelemetryRule['businessFailure']>;

/** A larger body is not read: it would cost every invocation what its code is not worth. */
const LONGEST_BODY = 16 * 1024;
const LONGEST_CODE = 64;

/** The code of the first rule that finds one, in capitals; undefined when all is well. */
export function compileBusinessFailures(rules: BusinessFailures): Judge {
  const compiled = rules.map(({ path, notIn }) => ({ path: path.split('.'), well: new Set(notIn.map(String)) }));
  return (response) => {
    const answers = answersOf(response);
    for (const { path, well } of compiled) {
      const code = answers.map((answer) => codeAt(answer, path)).find((found) => found !== undefined);
      if (code !== undefined && !well.has(code)) return plain(code);
    }
    return undefined;
  };
}

/** What an answer says: its body, if there is one, and itself. */
function answersOf(response: unknown): readonly unknown[] {
  if (typeof response !== 'object' || response === null) return [parsed(response)];
  return 'body' in response ? [parsed(response.body), response] : [response];
}

function parsed(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  if (body.length > LONGEST_BODY || !body.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function codeAt(answer: unknown, path: readonly string[]): string | undefined {
  let found = answer;
  for (const name of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  const isCode = typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean';
  return isCode ? String(found) : undefined;
}

/** As outcomes are written. */
function plain(code: string): string {
  const written = code
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .slice(0, LONGEST_CODE);
  return written === '' ? 'EMPTY' : written;
}

/** Judges answers before anybody hears of the outcome: `outcomeOf` of the kernel asks the invocation's `judge`. */
export const businessPolicy: Policy<Judge | undefined> = {
  name: 'business',
  compile: ({ telemetry }) => telemetry?.businessFailure && compileBusinessFailures(telemetry.businessFailure),
  before(invocation, judge) {
    invocation.judge = judge;
  },
};
