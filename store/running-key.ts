// Where it stands which runs of a job are under way: the one thing that instances of other services read of a service.
import type { Key } from './port.ts';

export const runningKeys = {
  /** The runs of one job that are under way, written by whoever runs it. A prefix of its own: all services may read it. */
  running: (service: string, job: string): Key => ({ pk: `now#${service}`, sk: `job#${job}` }),
} as const;
