// Ends a test run with a line for each test that failed and one that counts them all, for people and scripts alike.
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** More of a message than that is further up, with its differences and its stack. */
const LONGEST_REASON = 400;

export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[] = []): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    const failures: string[] = [];
    const fail = (what: string, errors: readonly { readonly message: string }[]) =>
      failures.push(`FAILED ${what}: ${reasonOf(errors[0]?.message ?? 'no reason given')}`);
    for (const module of modules) {
      const where = `${module.project.name ? `|${module.project.name}| ` : ''}${module.relativeModuleId}`;
      for (const test of module.children.allTests()) {
        const { state, errors = [] } = test.result();
        count[state] += 1;
        if (state === 'failed') fail(`${where} > ${test.fullName}`, errors);
      }
      // What could not be loaded, or got ready, has no tests to fail.
      for (const part of [module, ...module.children.allSuites()]) {
        if (part.errors().length === 0) continue;
        count.failed += 1;
        fail(part.type === 'suite' ? `${where} > ${part.fullName}` : where, part.errors());
      }
    }
    for (const error of unhandled) {
      count.failed += 1;
      fail('outside of any test', [error]);
    }
    const skipped = count.skipped + count.pending;
    const tail = skipped > 0 ? `, ${String(skipped)} skipped` : '';
    const total = `${String(count.passed)} passed, ${String(count.failed)} failed${tail}`;
    process.stdout.write(`${[...failures, total].join('\n')}\n`);
  }
}

/** On one line. */
function reasonOf(message: string): string {
  const text = message.replaceAll(/\s+/g, ' ').trim();
  return text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON)}…` : text;
}
