// Reads X-Ray's segment documents, which anybody may have sent: what they say, each part only if it is what it should be.

export type SegmentDocument = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly start_time: number;
};

type Fields = Readonly<Record<string, unknown>>;

export function annotation({ annotations }: SegmentDocument, name: string): string | undefined {
  const value = isFields(annotations) ? annotations[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The service that wrote it, if it is what flyball records of an invocation. */
export function serviceOf(document: SegmentDocument): string | undefined {
  return annotation(document, 'service');
}

/** Epoch ms; undefined while it is under way. */
export function endOf({ end_time: end }: SegmentDocument): number | undefined {
  return typeof end === 'number' ? end * 1000 : undefined;
}

export interface ShownError {
  readonly name: string;
  readonly message: string;
}

/** What failed, as far as it was recorded. */
export function errorsOf({ cause }: SegmentDocument): ShownError[] {
  const exceptions = isFields(cause) && Array.isArray(cause['exceptions']) ? cause['exceptions'] : [];
  return exceptions.filter(isFields).map(({ type, message }) => ({ name: textOf(type), message: textOf(message) }));
}

/** Traces that it also comes from. */
export function linksOf({ links }: SegmentDocument): string[] {
  const listed: unknown[] = Array.isArray(links) ? links : [];
  return listed.flatMap((link) => (isFields(link) && typeof link['trace_id'] === 'string' ? [link['trace_id']] : []));
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
