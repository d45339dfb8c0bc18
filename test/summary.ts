// Ends a test run with one plain line that counts its tests, for people and scripts alike.
import type { Reporter, TestModule } from 'vitest/node';

export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state);
      for (const state of states) count[state] += 1;
      // A file that could not be loaded has no tests to fail.
      if (module.state() === 'failed' && !states.includes('failed')) count.failed += 1;
    }
    const skipped = count.skipped + count.pending;
    const tail = skipped > 0 ? `, ${String(skipped)} skipped` : '';
    process.stdout.write(`${String(count.passed)} passed, ${String(count.failed)} failed${tail}\n`);
  }
}
