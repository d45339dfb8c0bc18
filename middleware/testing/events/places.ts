// Where and when the events of tests come from, unless a test says otherwise.
import { START_MS } from '../clock.ts';

export const REGION = 'eu-central-1';
export const ACCOUNT = '000000000000';
export const TIME_MS = START_MS;
/** ISO 8601 in whole seconds, as most of AWS tells the time. */
export const TIME = `${new Date(TIME_MS).toISOString().slice(0, 19)}Z`;

/** Text as it is, anything else as JSON. */
export function bodyText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** So many of something, or those that are given. */
export function asList<Entry extends object>(given: number | readonly Entry[]): readonly Partial<Entry>[] {
  return typeof given === 'number' ? Array.from({ length: given }, () => ({})) : given;
}
