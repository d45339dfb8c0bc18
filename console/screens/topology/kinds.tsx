// What kind a node is of, as a sign and as a word.
import type { Tell } from '../../text/language.ts';
import type { NodeKind } from './answers.ts';
import type { MapTextKey } from './texts.ts';

/** In a square of 16. */
const SIGNS: Record<NodeKind, string> = {
  // a hexagon, a lambda, three bars, a pail, a fan, a bolt, two waves, a clock
  service: 'M8 1.5 13.8 4.8v6.4L8 14.5l-5.8-3.3V4.8z',
  function: 'M4 2h3l5 12M7.6 7 4 14',
  queue: 'M2 4h12M2 8h12M2 12h8',
  bucket: 'M2 3.5h12L12 14H4zM2 3.5h12',
  topic: 'M2 8h4M6 8l7-5M6 8h8M6 8l7 5',
  event: 'M9 1 3 9h4l-1 6 7-9H9z',
  stream: 'M1 5.5q3.5-4 7 0t7 0M1 11.5q3.5-4 7 0t7 0',
  schedule: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 4v4.2l3 2',
  // a rack, a grid, a socket, a globe, an arrow, a ring
  host: 'M2 2h12v5H2zM2 9h12v5H2zM4.5 4.5h1M4.5 11.5h1',
  table: 'M2 2.5h12v11H2zM2 6.5h12M6.5 6.5v7',
  dependency: 'M5 2v4M11 2v4M3 6h10v2a5 5 0 0 1-10 0zM8 13v2',
  internet: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM1.5 8h13M8 1.5q-5 6.5 0 13M8 1.5q5 6.5 0 13',
  direct: 'M2 8h11M9 4l4 4-4 4',
  other: 'M8 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z',
};

const isKind = (kind: string): kind is NodeKind => Object.hasOwn(SIGNS, kind);
const known = (kind: string): NodeKind => (isKind(kind) ? kind : 'other');

/** The sign's path, for within an SVG. */
export const signOf = (kind: string): string => SIGNS[known(kind)];

export function Sign({ kind }: { kind: string }) {
  return (
    <svg class="sign" viewBox="0 0 16 16" aria-hidden="true">
      <path d={signOf(kind)} />
    </svg>
  );
}

export const kindOf = (t: Tell<MapTextKey>, kind: string): string => t(`kind.${known(kind)}`);

/** The nameless are called by their kind. */
export const nameOf = (t: Tell<MapTextKey>, { kind, name }: { kind: string; name: string }): string =>
  name === '' ? kindOf(t, kind) : name;
