// Checks a chain of fallbacks: every step can be reached, every answer can be sent.
import type { FallbackStep } from '../../../middleware/kernel/rules/document.ts';
import type { Place, Report } from './findings.ts';

const CAUSES = ['breaker', 'throttle', 'concurrency', 'shed', 'deadline', 'failure'] as const;
const BODILESS = new Set([204, 205, 304]);
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/;

export function checkFallback(steps: readonly FallbackStep[], place: Place, report: Report): void {
  const caught = new Set<string>();
  steps.forEach(({ when = CAUSES, respond }, i) => {
    if (when.every((cause) => caught.has(cause))) {
      report([...place, i], 'is never reached: the steps before it answer every case it names');
    }
    for (const cause of when) caught.add(cause);
    const { status, body, headers } = respond;
    if (body !== undefined && BODILESS.has(status)) {
      report([...place, i, 'respond', 'body'], `a ${status} has no body`);
    }
    for (const [name, value] of Object.entries(headers ?? {})) {
      if (!HEADER_NAME.test(name)) report([...place, i, 'respond', 'headers', name], 'is not the name of a header');
      if (!/^[\t\x20-\x7e]*$/.test(value)) {
        report([...place, i, 'respond', 'headers', name], 'a header holds printable ASCII in one line');
      }
    }
  });
}
