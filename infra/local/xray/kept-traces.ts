// Keeps the segments that functions of the local world send, as long as there is room: the oldest traces leave first.
import { isObject } from '../template.ts';

/** A segment or subsegment as it was sent, by its id. */
export type SegmentDocument = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly trace_id: string;
  readonly start_time: number;
};

export interface KeptTrace {
  /** As X-Ray writes it: `1-5759e988-bd862e3fe1be46a994272793`. */
  readonly id: string;
  /** Epoch ms of its earliest segment. */
  readonly startedAt: number;
  /** Segments, and subsegments that came alone. */
  readonly documents: readonly SegmentDocument[];
}

export interface TracePage {
  readonly traces: readonly KeptTrace[];
  /** Where the next page goes on; undefined when there is none. */
  readonly next: string | undefined;
}

export interface PageQuery {
  /** Epoch ms; traces that began from here on, and before `to`. */
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  /** What `next` of the page before said. */
  readonly after?: string | undefined;
}

interface Entry {
  id: string;
  startedAt: number;
  bytes: number;
  readonly documents: Map<string, { readonly document: SegmentDocument; readonly bytes: number }>;
}

const TRACE_ID = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/;

export class KeptTraces {
  readonly #mostTraces: number;
  readonly #mostBytes: number;
  /** In the order in which they began to arrive. */
  readonly #traces = new Map<string, Entry>();
  #bytes = 0;

  constructor(mostTraces = 1_000, mostBytes = 20_000_000) {
    this.#mostTraces = mostTraces;
    this.#mostBytes = mostBytes;
  }

  /** Takes a document; the same one sent again replaces what was there. False when it is none that X-Ray would take. */
  add(document: unknown): boolean {
    if (!isSegment(document)) return false;
    const bytes = Buffer.byteLength(JSON.stringify(document));
    const entry = this.#entry(document);
    const before = entry.documents.get(document.id)?.bytes ?? 0;
    entry.documents.set(document.id, { document, bytes });
    entry.startedAt = Math.min(entry.startedAt, document.start_time * 1000);
    entry.bytes += bytes - before;
    this.#bytes += bytes - before;
    this.#makeRoom();
    return true;
  }

  get(id: string): KeptTrace | undefined {
    const entry = this.#traces.get(id);
    return entry && shown(entry);
  }

  /** Newest first. */
  page({ from, to, limit, after }: PageQuery): TracePage {
    const fits = [...this.#traces.values()]
      .filter(({ startedAt }) => startedAt >= from && startedAt < to)
      .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))
      .filter((entry) => after === undefined || placeOf(entry) < after);
    const traces = fits.slice(0, limit);
    const last = traces.at(-1);
    return { traces: traces.map(shown), next: last && fits.length > limit ? placeOf(last) : undefined };
  }

  #entry({ trace_id: id, start_time }: SegmentDocument): Entry {
    let entry = this.#traces.get(id);
    if (!entry) {
      entry = { id, startedAt: start_time * 1000, bytes: 0, documents: new Map() };
      this.#traces.set(id, entry);
    }
    return entry;
  }

  #makeRoom(): void {
    for (const [id, { bytes }] of this.#traces) {
      if (this.#traces.size <= this.#mostTraces && this.#bytes <= this.#mostBytes) return;
      this.#traces.delete(id);
      this.#bytes -= bytes;
    }
  }
}

/** Sorts as times do, and among those of one time by id. */
function placeOf({ startedAt, id }: Entry): string {
  return `${startedAt.toFixed(3).padStart(20, '0')}/${id}`;
}

function shown({ id, startedAt, documents }: Entry): KeptTrace {
  const all = [...documents.values()].map(({ document }) => document);
  return { id, startedAt, documents: all.sort((a, b) => a.start_time - b.start_time) };
}

function isSegment(document: unknown): document is SegmentDocument {
  return (
    isObject(document) &&
    typeof document['id'] === 'string' &&
    typeof document['trace_id'] === 'string' &&
    TRACE_ID.test(document['trace_id']) &&
    typeof document['start_time'] === 'number'
  );
}
