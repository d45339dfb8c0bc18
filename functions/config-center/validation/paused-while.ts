// Checks which jobs pause resources: jobs that there are, and resources that can be paused.
import { awaitedJobsOf } from '../../../middleware/kernel/rules/awaited-jobs.ts';
import type { ResourceRule } from '../../../middleware/kernel/rules/document.ts';
import { isOwnService } from '../pausing.ts';
import type { Report } from './findings.ts';
import { triggersOf } from './resources.ts';

/** `jobs` are all that the document names, faulty ones too. What other services have is looked up when it is published. */
export function checkPausedWhile(
  service: string,
  resources: Readonly<Record<string, ResourceRule>>,
  jobs: ReadonlySet<string>,
  report: Report,
): void {
  for (const [name, rule] of Object.entries(resources)) {
    if (rule.pausedWhile === undefined) continue;
    const place = ['resources', name, 'pausedWhile'];
    if (isOwnService(service)) report(place, `"${service}" is flyball's own: no job pauses it`);
    if (triggersOf(rule.match).every((trigger) => trigger === 'stream')) {
      report(place, 'a refusal stops a stream’s whole shard; resources of streams cannot be paused');
    }
    const awaited = awaitedJobsOf(rule, service).map((one) => `${one.service}:${one.job}`);
    awaited.forEach((id, i) => {
      const [of, job = ''] = id.split(':');
      if (awaited.indexOf(id) !== i) report([...place, i], `"${id}" stands here twice`);
      else if (of === service && !jobs.has(job)) {
        const there = jobs.size > 0 ? `there are ${[...jobs].slice(0, 20).join(', ')}` : 'it has none';
        report(
          [...place, i],
          `there is no job "${job}" in this document; ${there}. Of another service it is { service, job }`,
        );
      }
    });
  }
}
