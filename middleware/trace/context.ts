// Trace contexts as X-Ray and as W3C write them, and each from the other. Pure.

/** Where in which trace something happens. Ids are lower-case hex: 32 digits a trace, 16 a span. */
export interface TraceContext {
  readonly traceId: string;
  /** The span it happens in; undefined at the root of a trace, as gateways send it. */
  readonly parentId: string | undefined;
  /** Undefined: not decided yet. */
  readonly sampled: boolean | undefined;
  /** What Lambda counts recursion by; carried on untouched. X-Ray alone. */
  readonly lineage?: string | undefined;
}

const LONGEST_HEADER = 512;
const ROOT = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/;
const SPAN_ID = /^[0-9a-f]{16}$/;
const LINEAGE = /^[0-9A-Za-z:|]{1,128}$/;
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-|$)/;
const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);

/** Reads `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`; undefined if it is none. */
export function parseXRay(header: string | undefined): TraceContext | undefined {
  if (header === undefined || header.length > LONGEST_HEADER) return undefined;
  const fields: Record<string, string> = {};
  for (const part of header.split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) fields[part.slice(0, equals).trim().toLowerCase()] = part.slice(equals + 1).trim();
  }
  const root = ROOT.exec(fields['root']?.toLowerCase() ?? '');
  if (!root) return undefined;
  const parent = fields['parent']?.toLowerCase() ?? '';
  const { sampled, lineage } = fields;
  return {
    traceId: `${root[1] ?? ''}${root[2] ?? ''}`,
    parentId: SPAN_ID.test(parent) && parent !== NO_SPAN ? parent : undefined,
    sampled: sampled === '1' ? true : sampled === '0' ? false : undefined,
    ...(lineage !== undefined && LINEAGE.test(lineage) ? { lineage } : {}),
  };
}

/** Reads `00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01`; undefined if it is none. */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  if (header === undefined || header.length > LONGEST_HEADER) return undefined;
  const found = TRACEPARENT.exec(header.trim());
  if (!found) return undefined;
  const [whole, version = '', traceId = '', parentId = '', flags = ''] = found;
  if (version === 'ff' || traceId === NO_TRACE || parentId === NO_SPAN) return undefined;
  // Version 00 ends here; later ones may go on after another hyphen.
  if (version === '00' && (whole.endsWith('-') || header.trim().length !== whole.length)) return undefined;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function formatXRay({ traceId, parentId, sampled, lineage }: TraceContext): string {
  const parent = parentId === undefined ? '' : `;Parent=${parentId}`;
  const decided = sampled === undefined ? '' : `;Sampled=${sampled ? '1' : '0'}`;
  return `Root=${rootOf(traceId)}${parent}${decided}${lineage === undefined ? '' : `;Lineage=${lineage}`}`;
}

/** W3C knows no context without a span: `newId` is asked for one that is missing. */
export function formatTraceparent({ traceId, parentId, sampled }: TraceContext, newId: () => string): string {
  return `00-${traceId}-${parentId ?? newId()}-${sampled ? '01' : '00'}`;
}

/** A trace id as X-Ray writes it. */
export function rootOf(traceId: string): string {
  return `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
}

/** A new span id, never all zeros. `random` gives numbers in [0, 1). */
export function newSpanId(random: () => number): string {
  const word = () => Math.floor(random() * 2 ** 32);
  const high = word();
  const low = word();
  return `${hex(high)}${hex(high === 0 && low === 0 ? 1 : low)}`;
}

const hex = (word: number) => word.toString(16).padStart(8, '0');
