// What the routes of traces answer.
export interface TraceLine {
  readonly id: string;
  readonly at: string;
  readonly durationMs: number | null;
  readonly service: string | null;
  readonly resource: string | null;
  readonly outcome: string | null;
  readonly services: readonly string[];
  readonly segments: number;
}

export interface TracePage {
  readonly traces: readonly TraceLine[];
  readonly cursor?: string;
}

export interface Segment {
  readonly id: string;
  readonly name: string;
  readonly origin: string | null;
  readonly at: string;
  readonly durationMs: number | null;
  readonly trouble?: 'throttle' | 'fault' | 'error';
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly errors?: readonly { readonly name: string; readonly message: string }[];
  readonly links?: readonly string[];
  readonly children: readonly Segment[];
}

export interface Trace extends TraceLine {
  readonly tree: readonly Segment[];
}
