// Checks where calls to a dependency go, how much they may bring back, and which operations can be told apart there.
import { functionReference } from '../../../middleware/kernel/function-name.ts';
import type { DependencyRule } from '../../../middleware/kernel/rules/document.ts';
import { parseSize } from '../../../middleware/kernel/units.ts';
import type { Place, Report } from './findings.ts';
import { checkPlatform } from './platform.ts';

/** As much as a Lambda function answers, and by default the most that is read of anybody. */
const FUNCTION_ANSWER_BYTES = parseSize('6mb');
/** Read into memory, which functions have from 128 MB up. */
const LARGEST_ANSWER = '100mb';

export function checkTarget({ target, maxAnswer }: DependencyRule, place: Place, report: Report): void {
  if (maxAnswer !== undefined) checkMaxAnswer(maxAnswer, target, [...place, 'maxAnswer'], report);
  if (target === undefined) return;
  const at = [...place, 'target'];
  if ('url' in target) {
    const { username, password, hash } = new URL(target.url);
    checkPlatform(target.url, [...at, 'url'], report);
    if (username !== '' || password !== '') report([...at, 'url'], 'holds credentials; rules are read by many');
    if (hash !== '') report([...at, 'url'], 'has a fragment, which is never sent');
    return;
  }
  const reference = functionReference(target.function);
  if (!reference) {
    const reason = target.function.includes(':')
      ? 'is neither a function with its alias (payments:live) nor an ARN of one (arn:aws:lambda:eu-west-1:123456789012:function:payments)'
      : 'is not the name of a Lambda function: 1 to 64 letters, digits, - and _';
    report([...at, 'function'], reason);
  }
  if (target.alias === undefined) return;
  if (!/^(\$LATEST|[A-Za-z0-9_-]+)$/.test(target.alias)) {
    report([...at, 'alias'], 'is not an alias or version of a Lambda function: letters, digits, - and _, or $LATEST');
  }
  if (reference?.qualifier !== undefined) {
    report([...at, 'alias'], `"${target.function}" names ${reference.qualifier} already; keep one of the two`);
  }
}

function checkMaxAnswer(maxAnswer: string, target: DependencyRule['target'], place: Place, report: Report): void {
  const bytes = parseSize(maxAnswer);
  if (!target) report(place, 'limits nothing: without a target, flyball does not read the answers');
  else if ('function' in target && bytes > FUNCTION_ANSWER_BYTES) {
    report(place, `${maxAnswer} is more than a function can answer (6mb)`);
  } else if (bytes > parseSize(LARGEST_ANSWER)) {
    report(place, `${maxAnswer} is more than is read into memory (${LARGEST_ANSWER}); take the answer as a stream`);
  }
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export function checkOperations(
  operations: NonNullable<DependencyRule['operations']>,
  target: DependencyRule['target'],
  place: Place,
  report: Report,
): void {
  const seen = new Map<string, string>();
  for (const [name, { match }] of Object.entries(operations)) {
    if (!match) continue;
    const at = [...place, name, 'match'];
    checkMethod(match.method, target, [...at, 'method'], report);
    if (match.path !== undefined && !/^[/*]/.test(match.path)) {
      report([...at, 'path'], 'no call has it: a path begins with /');
    }
    const text = JSON.stringify([match.method, match.path]);
    const other = seen.get(text);
    if (other !== undefined) report(at, `is the same as that of operation "${other}"; which one is meant?`);
    else seen.set(text, name);
  }
}

/** What has no target may be the client of an AWS service, whose commands stand in the place of methods. */
function checkMethod(method: string | undefined, target: DependencyRule['target'], place: Place, report: Report): void {
  if (method === undefined || METHODS.has(method)) return;
  if (!target && /^[A-Z][a-z][A-Za-z0-9]{1,126}$/.test(method)) {
    if (method.endsWith('Command')) report(place, `commands are named without "Command": ${method.slice(0, -7)}`);
    return;
  }
  const commands = target ? '' : ', or the command of an AWS SDK client, e.g. UpdateItem';
  report(place, `no call has it; one of ${[...METHODS].join(', ')}${commands}`);
}
