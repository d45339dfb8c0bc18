// Checks what jobs wait for: jobs that there are, and none that waits for itself.
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import type { Report } from './findings.ts';

type Jobs = NonNullable<RuleDocument['jobs']>;

/** Of other services nothing is known: what waits for each other across them is no error. */
export function checkOrder(service: string, jobs: Jobs, named: ReadonlySet<string>, report: Report): void {
  const own = (id: string) => (id.startsWith(`${service}:`) ? id.slice(service.length + 1) : id);
  for (const [name, { after = [] }] of Object.entries(jobs)) {
    const awaited = after.map(own);
    awaited.forEach((other, i) => {
      const place = ['jobs', name, 'after', i];
      if (awaited.indexOf(other) !== i) report(place, `"${after[i] ?? other}" stands here twice`);
      else if (other.includes(':')) return;
      else if (!named.has(other)) {
        const there = [...named].slice(0, 20).join(', ');
        report(place, `there is no job "${other}" in this document; there are ${there}`);
      } else {
        const way = wayTo(jobs, own, other, name);
        if (way) report(place, `"${name}" would wait for itself: ${[name, ...way].join(', ')}`);
      }
    });
  }
}

/** From a job along what it waits for to another, each job looked at once; undefined when none leads there. */
function wayTo(jobs: Jobs, own: (id: string) => string, from: string, to: string): string[] | undefined {
  const ways: string[][] = [[from]];
  const seen = new Set([from]);
  for (const way of ways) {
    const at = way.at(-1) ?? '';
    if (at === to) return way;
    for (const next of (jobs[at]?.after ?? []).map(own)) {
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}
