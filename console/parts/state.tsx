// How something fares: a colour, a shape for who does not see the colour, and a word for who sees neither.
import type { ComponentChildren } from 'preact';

export type Kind = 'ok' | 'warn' | 'bad' | 'held' | 'off' | 'unknown';

const SHAPES: Record<Kind, string> = {
  // a disc, a triangle, a square on its corner, two bars, a dash, a ring
  ok: 'M5 .5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9z',
  warn: 'M5 .5 9.8 9.5H.2z',
  bad: 'M5 0 10 5 5 10 0 5z',
  held: 'M1.5 1h2.5v8H1.5zM6 1h2.5v8H6z',
  off: 'M1 4h8v2H1z',
  unknown: 'M5 .5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM5 2.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z',
};

/** The shape alone, in the colour of the text around it; for the eye only. */
export function Shape({ kind }: { kind: Kind }) {
  return (
    <svg class="shape" viewBox="0 0 10 10" aria-hidden="true" stroke="none">
      <path d={SHAPES[kind]} fill-rule="evenodd" />
    </svg>
  );
}

export function State({ kind, children, title }: { kind: Kind; children: ComponentChildren; title?: string }) {
  return (
    <span class={`state ${kind}`} data-state={kind} title={title}>
      <Shape kind={kind} />
      {children}
    </span>
  );
}
