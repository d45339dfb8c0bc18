// What GET /v1/telemetry/topology answers.
export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export type NodeKind =
  | 'service'
  | 'function'
  | 'queue'
  | 'bucket'
  | 'topic'
  | 'event'
  | 'stream'
  | 'schedule'
  | 'host'
  | 'table'
  | 'dependency'
  | 'internet'
  | 'direct'
  | 'other';

export interface MapNode {
  readonly id: string;
  readonly kind: NodeKind | (string & {});
  readonly name: string;
  readonly functions?: readonly string[];
  readonly claimedBy?: readonly string[];
}

export interface MapEdge {
  readonly from: string;
  readonly to: string;
  readonly reportedBy: 'caller' | 'callee' | 'both';
  readonly dependencies?: readonly string[];
  readonly count: number;
  readonly ratePerSecond: number | null;
  readonly errorShare: number | null;
  readonly refusedShare: number | null;
  readonly durationMs: Quantiles | null;
  readonly ageMs?: Quantiles | null;
}

export interface Topology {
  readonly from: string;
  readonly to: string;
  readonly stepMs: number;
  readonly completeUntil: string;
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
  readonly unreadable?: number;
}
