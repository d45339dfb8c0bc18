// A trace's segments as the lines of its waterfall: what belongs together is one line, unless all are asked for. Pure.
import type { Segment } from './answers.ts';

/** An invocation of a function, a call of a dependency, one attempt of it, or whatever else was recorded. */
export type LineKind = 'invocation' | 'call' | 'attempt' | 'segment';

export interface Line {
  readonly id: string;
  readonly kind: LineKind;
  readonly name: string;
  /** Of all segments that it stands for, the inner ones' last. */
  readonly annotations: Readonly<Record<string, unknown>>;
  readonly outcome: string | undefined;
  readonly trouble: Segment['trouble'];
  readonly errors: NonNullable<Segment['errors']>;
  readonly links: readonly string[];
  readonly origin: string | null;
  /** Epoch ms. */
  readonly at: number;
  /** Null while it is under way. */
  readonly durationMs: number | null;
  /** Set off by a message or an event, not by a call: nobody waited for it. */
  readonly byMessage: boolean;
  readonly segments: number;
  readonly children: readonly Line[];
}

const LAMBDA = 'AWS::Lambda';
const FUNCTION = 'AWS::Lambda::Function';

export function linesOf(tree: readonly Segment[], folded: boolean): readonly Line[] {
  return tree.map((segment) => lineOf(segment, folded, undefined));
}

function lineOf(segment: Segment, folded: boolean, above: LineKind | undefined): Line {
  const { parts, children } = folded ? together(segment) : { parts: [segment], children: segment.children };
  const annotations: Record<string, unknown> = {};
  for (const part of parts) Object.assign(annotations, part.annotations);
  const kind = kindOf(annotations, parts);
  const outcome = textOf(annotations['outcome']);
  return {
    id: segment.id,
    kind,
    name: textOf(annotations['service']) ?? segment.name,
    annotations,
    outcome,
    trouble: parts.findLast(({ trouble }) => trouble !== undefined)?.trouble,
    errors: distinct(parts.flatMap(({ errors }) => errors ?? [])),
    links: [...new Set(parts.flatMap(({ links }) => links ?? []))],
    origin: segment.origin,
    at: Date.parse(segment.at),
    durationMs: segment.durationMs,
    byMessage: segment.origin === LAMBDA && (above === 'invocation' || (!folded && above === 'segment')),
    segments: parts.length,
    children: children.map((child) => lineOf(child, folded, kind)),
  };
}

/** Lambda's segment, the function's and flyball's are one invocation; a call with one attempt is one call. */
function together(segment: Segment): { parts: readonly Segment[]; children: readonly Segment[] } {
  const [only] = segment.children;
  if (segment.origin === LAMBDA && only?.origin === FUNCTION && segment.children.length === 1) {
    const inner = only.children.filter(isFlyball);
    const [flyball] = inner;
    if (!flyball || inner.length > 1) return { parts: [segment, only], children: only.children };
    const children = [...flyball.children, ...only.children.filter((child) => child !== flyball)];
    return { parts: [segment, only, flyball], children: byTime(children) };
  }
  const attempt = segment.children.find((child) => child.annotations?.['attempt'] !== undefined);
  if (segment.annotations?.['attempts'] === 1 && attempt) {
    const children = [...attempt.children, ...segment.children.filter((child) => child !== attempt)];
    return { parts: [segment, attempt], children: byTime(children) };
  }
  return { parts: [segment], children: segment.children };
}

const byTime = (segments: readonly Segment[]) => [...segments].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));

const isFlyball = ({ annotations }: Segment): boolean => typeof annotations?.['service'] === 'string';

function kindOf(annotations: Readonly<Record<string, unknown>>, parts: readonly Segment[]): LineKind {
  if (parts[0]?.origin === LAMBDA && parts.length > 1) return 'invocation';
  if (annotations['attempts'] !== undefined) return 'call';
  if (annotations['attempt'] !== undefined) return 'attempt';
  return typeof annotations['service'] === 'string' ? 'invocation' : 'segment';
}

function distinct(errors: NonNullable<Segment['errors']>): NonNullable<Segment['errors']> {
  return errors.filter(
    ({ name, message }, i) => errors.findIndex((e) => e.name === name && e.message === message) === i,
  );
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
