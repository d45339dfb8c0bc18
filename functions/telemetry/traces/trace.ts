// A trace as it is answered: in a line, and as the tree of what called what. Pure.
import { annotation, endOf, errorsOf, isFields, linksOf, serviceOf, type SegmentDocument } from './segment.ts';
import type { ShownError } from './segment.ts';
import type { SourceTrace } from './source.ts';

export interface ShownTrace {
  readonly id: string;
  readonly at: string;
  /** Until the last thing of it ended, be it after the answer. */
  readonly durationMs: number | null;
  /** What began it, as flyball recorded it; null where it did not. */
  readonly service: string | null;
  readonly resource: string | null;
  readonly outcome: string | null;
  /** All that had a part in it, in the order of their beginning. */
  readonly services: readonly string[];
  readonly segments: number;
}

export interface ShownSegment {
  readonly id: string;
  readonly name: string;
  /** What reported it: Lambda of a function, or the function of itself. */
  readonly origin: string | null;
  readonly at: string;
  /** Null while it is under way. */
  readonly durationMs: number | null;
  /** `fault`, `error` or `throttle`, as X-Ray has them. */
  readonly trouble?: string;
  readonly annotations?: object;
  readonly errors?: readonly ShownError[];
  readonly links?: readonly string[];
  readonly children: readonly ShownSegment[];
}

export function shownTrace(trace: SourceTrace): ShownTrace {
  const { id, startedAt, documents } = trace;
  const inOrder = ordered(documents);
  const first = inOrder.find((document) => serviceOf(document) !== undefined);
  return {
    id,
    at: new Date(startedAt).toISOString(),
    durationMs: durationOf(trace),
    service: first ? (serviceOf(first) ?? null) : null,
    resource: first ? (annotation(first, 'resource') ?? null) : null,
    outcome: first ? (annotation(first, 'outcome') ?? null) : null,
    services: [...new Set(inOrder.flatMap((document) => serviceOf(document) ?? []))],
    segments: documents.length,
  };
}

/** Roots are what has no parent here: the trace's beginning, and whatever came from where nothing was recorded. */
export function treeOf({ documents }: SourceTrace): ShownSegment[] {
  const inOrder = ordered(documents);
  const known = new Set(inOrder.map(({ id }) => id));
  const children = new Map<string, SegmentDocument[]>();
  const roots: SegmentDocument[] = [];
  for (const document of inOrder) {
    const { parent_id: parent } = document;
    if (typeof parent !== 'string' || !known.has(parent) || parent === document.id) roots.push(document);
    else children.set(parent, [...(children.get(parent) ?? []), document]);
  }
  const shown = (document: SegmentDocument): ShownSegment =>
    shownSegment(document, (children.get(document.id) ?? []).map(shown));
  return roots.map(shown);
}

export interface Wanted {
  readonly service?: string | undefined;
  /** One of flyball's outcomes; `5xx` and `4xx` stand for all of theirs, `business` for all codes. */
  readonly outcome?: string | undefined;
  readonly resource?: string | undefined;
  /** What refused something in it: a rule's name, or `policy/rule` as samples have it. */
  readonly rule?: string | undefined;
  /** How long all of it took at least. */
  readonly minDurationMs?: number | undefined;
}

/** Whether an invocation in it was of the service and the resource, and ended so; and whether the whole of it is as it was asked for. */
export function fits(trace: SourceTrace, { service, outcome, resource, rule, minDurationMs }: Wanted): boolean {
  if (minDurationMs !== undefined && (durationOf(trace) ?? 0) < minDurationMs) return false;
  if (rule !== undefined && !trace.documents.some((document) => isRefusedBy(document, rule))) return false;
  if (service === undefined && outcome === undefined && resource === undefined) return true;
  return trace.documents.some((document) => {
    const own = serviceOf(document);
    if (own === undefined || (service !== undefined && own !== service)) return false;
    if (resource !== undefined && annotation(document, 'resource') !== resource) return false;
    return outcome === undefined || isOutcome(annotation(document, 'outcome') ?? '', outcome);
  });
}

function isRefusedBy(document: SegmentDocument, wanted: string): boolean {
  const rule = annotation(document, 'refused_rule');
  return rule !== undefined && (rule === wanted || `${annotation(document, 'refused_by') ?? ''}/${rule}` === wanted);
}

function durationOf({ startedAt, documents }: SourceTrace): number | null {
  const ends = documents.flatMap((document) => endOf(document) ?? []);
  return ends.length === 0 ? null : rounded(Math.max(...ends) - startedAt);
}

export function servicesOf({ documents }: SourceTrace): ReadonlySet<string> {
  return new Set(documents.flatMap((document) => serviceOf(document) ?? []));
}

const STATUS = /^[45](xx|[0-9]{2})$/;

function isOutcome(outcome: string, wanted: string): boolean {
  if (wanted === 'business') return outcome.startsWith('business:');
  if (wanted === '4xx' || wanted === '5xx') return STATUS.test(outcome) && outcome.startsWith(wanted.slice(0, 1));
  return outcome === wanted;
}

function shownSegment(document: SegmentDocument, children: readonly ShownSegment[]): ShownSegment {
  const { id, name, origin, start_time, annotations } = document;
  const end = endOf(document);
  const trouble = ['throttle', 'fault', 'error'].find((mark) => document[mark] === true);
  const errors = errorsOf(document);
  const links = linksOf(document);
  return {
    id,
    name: typeof name === 'string' ? name : '',
    origin: typeof origin === 'string' ? origin : null,
    at: new Date(start_time * 1000).toISOString(),
    durationMs: end === undefined ? null : rounded(end - start_time * 1000),
    ...(trouble === undefined ? {} : { trouble }),
    ...(isFields(annotations) ? { annotations } : {}),
    ...(errors.length === 0 ? {} : { errors }),
    ...(links.length === 0 ? {} : { links }),
    children,
  };
}

function ordered(documents: readonly SegmentDocument[]): SegmentDocument[] {
  return [...documents].sort((a, b) => a.start_time - b.start_time);
}

const rounded = (ms: number) => Number(Math.max(0, ms).toFixed(3));
