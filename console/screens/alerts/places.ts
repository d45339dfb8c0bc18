// Where in the page there is more about what an alert is of. Pure.
import type { OpenAlert } from '../../api/alerts.ts';

const of = (...segments: readonly string[]): string =>
  segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');

/** Undefined of flyball itself, which has no page. */
export function placeOf({
  kind,
  service,
  name,
  key,
}: Pick<OpenAlert, 'kind' | 'service' | 'name' | 'key'>): string | undefined {
  if (kind === 'job') return of('jobs', `${service}:${name}`);
  // `check/<service>/<unique key>`
  if (kind === 'check') return of('jobs', key.split('/').slice(2).join('/'));
  if (kind === 'flyball') return service === 'flyball' ? undefined : of('rules', service);
  return of('services', service);
}

/** The form of a silence, filled with what this alert is. */
export function silencePlace({ kind, service, name }: Pick<OpenAlert, 'kind' | 'service' | 'name'>): string {
  return `/alerts/silences/new?${new URLSearchParams({ service, kind, name }).toString()}`;
}

/** Only what a browser opens as a page is made a link. */
export const isWebAddress = (text: string): boolean => text.startsWith('https://') || text.startsWith('http://');
