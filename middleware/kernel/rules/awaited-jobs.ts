// Which jobs pause a document's resources, and which of its own jobs tell of their runs. Pure.
import type { Mode, ResourceRule, RuleDocument } from './document.ts';

/** A job whose runs pause a resource. */
export interface AwaitedJob {
  readonly service: string;
  readonly job: string;
  readonly mode: Mode;
}

/** What a rule's `pausedWhile` names, of its own service unless it says another. */
export function awaitedJobsOf({ pausedWhile = [] }: Pick<ResourceRule, 'pausedWhile'>, service: string): AwaitedJob[] {
  return pausedWhile.map((one) => {
    const { job, mode = 'enforce', service: of = service } = typeof one === 'string' ? { job: one } : one;
    return { service: of, job, mode };
  });
}

/** The resources of a document that a job of its own pauses, by name. */
export function pausedBy({ service, resources = {} }: RuleDocument, job: string): string[] {
  return Object.entries(resources).flatMap(([name, rule]) =>
    awaitedJobsOf(rule, service).some((awaited) => awaited.service === service && awaited.job === job) ? [name] : [],
  );
}

/** Whether the runs of a job are told to those who wait: it is asked to, or a resource of its own service waits. */
export function isAnnounced(document: RuleDocument, job: string): boolean {
  return document.jobs?.[job]?.announced === true || pausedBy(document, job).length > 0;
}
