// Whose document is looked at: a service's rules, or the baseline that all services inherit.
import { path } from '../../api/client.ts';
import { to } from '../../router/router.tsx';
import type { Role } from '../../session/me.ts';

export interface Subject {
  /** Of the address: `orders`, or `baseline`. */
  readonly name: string;
  readonly isBaseline: boolean;
  /** Where its routes are. */
  readonly api: string;
  readonly place: string;
  readonly publishes: Role;
}

/** The name under which the baseline is found; a service of that name is reached by the API and the command line. */
export const BASELINE = 'baseline';

export function subjectOf(name: string): Subject {
  const isBaseline = name === BASELINE;
  return {
    name,
    isBaseline,
    api: isBaseline ? '/v1/baseline' : path`/v1/services/${name}`,
    place: to`/rules/${name}`,
    publishes: isBaseline ? 'admin' : 'publisher',
  };
}

export type View = 'edit' | 'diff' | 'rollout' | 'history';
export const VIEWS = ['edit', 'diff', 'rollout', 'history'] as const;

export const placeOf = ({ place }: Subject, view: View): string => (view === 'edit' ? place : `${place}?view=${view}`);

/** What a new document begins as. */
export const templateOf = ({ name, isBaseline }: Subject): string =>
  isBaseline
    ? 'apiVersion: flyball/v1\nkind: baseline\nguardrails:\n'
    : `apiVersion: flyball/v1\nservice: ${name}\nthrottles:\n  everyone:\n    limit: 100/s\n`;

/** What is in force, whose ETag tells whether that has changed. */
export const inForcePath = ({ api, isBaseline }: Subject): string => (isBaseline ? api : `${api}/rules`);
export const IN_FORCE_MS = 5_000;
