// Which jobs of a list are shown. Pure.
import type { Job } from './answers.ts';

export interface Filter {
  /** A part of its name, slug, service or id. */
  readonly text: string;
  /** One of these; any when empty. */
  readonly statuses: readonly string[];
  readonly service: string;
  readonly tag: string;
  readonly owner: string;
  readonly kind: string;
}

/** All but by status: how many stand how is told of these. */
export function fitting(jobs: readonly Job[], filter: Omit<Filter, 'statuses'>): readonly Job[] {
  const words = filter.text.toLowerCase().split(' ').filter((word) => word !== ''); // prettier-ignore
  const { service, tag, owner, kind } = filter;
  if (words.length === 0 && service === '' && tag === '' && owner === '' && kind === '') return jobs;
  return jobs.filter((job) => {
    if (service !== '' && job.service !== service) return false;
    if (owner !== '' && job.owner !== owner) return false;
    if (kind !== '' && job.kind !== kind) return false;
    if (tag !== '' && !job.tags?.includes(tag)) return false;
    if (words.length === 0) return true;
    const said = `${job.service}:${job.job} ${job.slug ?? ''} ${job.tags?.join(' ') ?? ''} ${job.id}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

export const ofStatuses = (jobs: readonly Job[], statuses: readonly string[]): readonly Job[] =>
  statuses.length === 0 ? jobs : jobs.filter(({ status }) => statuses.includes(status));

/** How many jobs stand how. */
export function countsOf(jobs: readonly Job[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { status } of jobs) counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}

export interface Choices {
  readonly services: readonly string[];
  readonly tags: readonly string[];
  readonly owners: readonly string[];
}

/** What there is to choose from. */
export function choicesOf(jobs: readonly Job[]): Choices {
  const services = new Set<string>();
  const tags = new Set<string>();
  const owners = new Set<string>();
  for (const job of jobs) {
    services.add(job.service);
    for (const tag of job.tags ?? []) tags.add(tag);
    if (job.owner !== undefined) owners.add(job.owner);
  }
  return { services: [...services].sort(), tags: [...tags].sort(), owners: [...owners].sort() };
}
