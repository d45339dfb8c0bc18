// What several parts of a job's page ask for: one look serves all of them.
import { path } from '../../api/client.ts';

export const eventsPath = (id: string): string => `${path`/v1/jobs/${id}/events`}?limit=50`;

export const runsPath = (id: string): string => `${path`/v1/jobs/${id}/runs`}?limit=100`;
export const RUNS_EVERY_MS = 10_000;
