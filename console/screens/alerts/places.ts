// Where in the page there is more about what an alert is of. Pure.
import type { OpenAlert } from '../../api/alerts.ts';

const of = (...segments: readonly string[]): string =>
  segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');

/** The view of a service that shows it. */
const VIEWS: Readonly<Record<string, string>> = {
  breaker: 'breakers',
  throttle: 'limits',
  quota: 'limits',
  slo: 'slos',
  fleet: 'fleet',
};

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
  const view = VIEWS[kind];
  return view === undefined ? of('services', service) : of('services', service, view);
}

type Lead = 'failedTraces' | 'topology' | 'rules';

/** What is looked at next, of what a service's rules or calls have made: a check has neither. */
export function leadsOf({ kind, service }: Pick<OpenAlert, 'kind' | 'service'>): (readonly [Lead, string])[] {
  if (kind === 'check' || kind === 'flyball') return [];
  const rules: readonly [Lead, string] = ['rules', of('rules', service)];
  if (kind === 'job') return [rules];
  const query = new URLSearchParams({ service, outcome: 'error' });
  return [
    ['failedTraces', `/traces?${query.toString()}`],
    ['topology', of('topology', 'node', `service:${service}`)],
    rules,
  ];
}

/** The form of a silence, filled with what this alert is. */
export function silencePlace({ kind, service, name }: Pick<OpenAlert, 'kind' | 'service' | 'name'>): string {
  return `/alerts/silences/new?${new URLSearchParams({ service, kind, name }).toString()}`;
}

/** Only what a browser opens as a page is made a link: its address in full, each character that could hide something as `%`. */
export function webAddressOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, href } = new URL(text);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}
