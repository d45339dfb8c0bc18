// What there is to ask of a series, of which subjects it is known, and which fields of a sum it is made of.
import type { SumData } from '../sums/data.ts';

export type Kind = 'service' | 'resource' | 'dependency' | 'source';
type Field = keyof SumData;

interface Definition {
  readonly kinds: readonly Kind[];
  readonly fields: readonly Field[];
  /** Shown only to whoever asks for it by name. */
  readonly byName?: true;
}

const ALL: readonly Kind[] = ['service', 'resource', 'dependency', 'source'];
const MEASURED: readonly Kind[] = ['service', 'resource', 'dependency'];

const METRICS = {
  count: { kinds: ALL, fields: ['outcomes', 'cold', 'slow'] },
  duration: { kinds: ALL, fields: ['durations', 'maxMs'] },
  refusals: { kinds: MEASURED, fields: ['refusals', 'shadow'] },
  attempts: { kinds: ['service', 'dependency'], fields: ['attempts'] },
  transitions: { kinds: MEASURED, fields: ['transitions'] },
  instances: { kinds: ALL, fields: ['instances'] },
  internal: { kinds: ['service'], fields: ['internal'] },
  heatmap: { kinds: ALL, fields: ['durations', 'maxMs'], byName: true },
  waits: { kinds: MEASURED, fields: ['waits'], byName: true },
  bytesIn: { kinds: MEASURED, fields: ['bytesIn'], byName: true },
  bytesOut: { kinds: MEASURED, fields: ['bytesOut'], byName: true },
  left: { kinds: ['service', 'resource'], fields: ['left'], byName: true },
  ages: { kinds: ['service', 'source'], fields: ['ages', 'maxAgeMs'], byName: true },
  retries: { kinds: ['service', 'dependency'], fields: ['retries'], byName: true },
  keys: { kinds: ['service'], fields: ['keys'], byName: true },
  errors: { kinds: ['service'], fields: ['errors'], byName: true },
  machine: { kinds: ['service'], fields: ['machine'], byName: true },
  revisions: { kinds: ['service'], fields: ['revisions', 'versions', 'functions'], byName: true },
} as const satisfies Record<string, Definition>;

export type Metric = keyof typeof METRICS;

export function isKnownOf(metric: Metric, kind: Kind): boolean {
  const { kinds }: Definition = METRICS[metric];
  return kinds.includes(kind);
}

export function metricsOf(kind: Kind): Metric[] {
  return (Object.keys(METRICS) as Metric[]).filter((metric) => isKnownOf(metric, kind));
}

/** Whether an answer that names `asked`, or nothing, shows this one. */
export function isShown(metric: Metric, asked: Metric | undefined, kind: Kind): boolean {
  const { byName }: Definition = METRICS[metric];
  return isKnownOf(metric, kind) && (asked === undefined ? byName !== true : asked === metric);
}

/** As much of a sum as is going to be shown: adding up the rest would cost more than all that is. */
export function onlyWhatIsShown(data: SumData, asked: Metric | undefined, kind: Kind): SumData {
  const fields = fieldsOf(asked, kind);
  return Object.fromEntries(Object.entries(data).filter(([field]) => fields.has(field)));
}

const known = new Map<string, ReadonlySet<string>>();

function fieldsOf(asked: Metric | undefined, kind: Kind): ReadonlySet<string> {
  const name = `${asked ?? ''}/${kind}`;
  let fields = known.get(name);
  if (!fields) {
    const shown = metricsOf(kind).filter((metric) => isShown(metric, asked, kind));
    fields = new Set<string>(shown.flatMap((metric) => METRICS[metric].fields));
    known.set(name, fields);
  }
  return fields;
}
