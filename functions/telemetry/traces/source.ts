// Where traces are read from: on a laptop the stand-in for the X-Ray daemon, on AWS X-Ray itself, which has a page of its own.
import { Problem } from '../../api/index.ts';
import type { SegmentDocument } from './segment.ts';

export interface SourceTrace {
  /** As X-Ray writes it. */
  readonly id: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly documents: readonly SegmentDocument[];
}

export interface SourcePage {
  readonly traces: readonly SourceTrace[];
  /** The source's own cursor. */
  readonly next?: string | undefined;
}

export interface SourceQuery {
  /** Epoch ms; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly after?: string | undefined;
}

export interface TraceSource {
  /** Newest first. @throws {Problem} when traces cannot be read here. */
  page(query: SourceQuery): Promise<SourcePage>;
  get(id: string): Promise<SourceTrace | undefined>;
}

const PATIENCE_MS = 5_000;

/** `FLYBALL_TRACES_URL` names the stand-in; without it traces are in X-Ray. */
export function traceSource(env: Readonly<Record<string, string | undefined>>): TraceSource {
  const url = env['FLYBALL_TRACES_URL'];
  return url ? standIn(url) : inXRay(env['AWS_REGION'] ?? 'us-east-1');
}

function standIn(base: string): TraceSource {
  const read = async (path: string): Promise<Response> => {
    try {
      return await fetch(`${base}${path}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    } catch (error) {
      const detail = `The local X-Ray daemon at ${base} does not answer; is the local world running?`;
      throw new Problem(503, detail, { code: 'TRACES_AWAY' }, { cause: error });
    }
  };
  return {
    async page({ from, to, limit, after }) {
      const query = new URLSearchParams({ from: String(from), to: String(to), limit: String(limit) });
      if (after !== undefined) query.set('after', after);
      return (await (await read(`/traces?${query.toString()}`)).json()) as SourcePage;
    },
    async get(id) {
      const answer = await read(`/traces/${encodeURIComponent(id)}`);
      return answer.ok ? ((await answer.json()) as SourceTrace) : undefined;
    },
  };
}

/** Reading X-Ray's would take a client of it and two permissions, to show what its own page shows better. */
function inXRay(region: string): TraceSource {
  const page = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#xray:traces`;
  const elsewhere = (link: string) =>
    new Problem(501, `On AWS traces are in X-Ray: ${link}`, { code: 'TRACES_IN_XRAY', more: { link } });
  return {
    page: () => Promise.reject(elsewhere(`${page}/query`)),
    get: (id) => Promise.reject(elsewhere(`${page}/${id}`)),
  };
}
