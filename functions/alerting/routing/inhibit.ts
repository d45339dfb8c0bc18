// Which alerts keep quiet because another speaks for them: never all of those that keep each other quiet. Pure.
import type { GroupField, Inhibition, Routed, Routing } from './document.ts';
import { matches } from './matches.ts';

/** An alert as it is among others. */
export type Firing = Routed & {
  /** Epoch ms: of those that keep each other quiet the oldest speaks. */
  readonly since: number;
};

type Rule = Routing['inhibit'][number];
interface Edge {
  readonly rule: string;
  readonly source: Firing;
}

/** Of all that fire, what keeps one quiet, for as long as that itself speaks or is spoken for. */
export function inhibitionsOf(
  { inhibit }: Pick<Routing, 'inhibit'>,
  firing: readonly Firing[],
): (alert: Firing) => Inhibition | undefined {
  const rules = inhibit.map((rule, i) => ({ rule, path: `/inhibit/${i}`, sources: sourcesOf(rule, firing) }));
  const edgesOf = (alert: Firing): Edge[] =>
    rules.flatMap(({ rule, path, sources }) => {
      if (!matches(rule.mutes, alert)) return [];
      const isSource = matches(rule.when, alert);
      return (sources.get(sameOf(rule.equal, alert)) ?? [])
        .filter((source) => source.key !== alert.key && !(isSource && matches(rule.mutes, source)))
        .map((source) => ({ rule: path, source }));
    });
  return (alert) => {
    const spoken = spokenFor(alert, edgesOf);
    return spoken && { rule: spoken.rule, by: spoken.source.key };
  };
}

/** Those that keep others quiet by a rule, by what both must have in common. */
function sourcesOf({ when, equal }: Rule, firing: readonly Firing[]): Map<string, Firing[]> {
  const sources = new Map<string, Firing[]>();
  for (const alert of firing) {
    if (!matches(when, alert)) continue;
    const same = sameOf(equal, alert);
    const known = sources.get(same);
    if (known) known.push(alert);
    else sources.set(same, [alert]);
  }
  return sources;
}

const sameOf = (equal: readonly GroupField[], alert: Routed): string =>
  JSON.stringify(equal.map((field) => alert[field] ?? null));

/**
 * The first step on a way to an alert that nothing keeps quiet. Where there is none, all ways go round in circles: the
 * oldest on them speaks, and the others are quiet.
 */
function spokenFor(alert: Firing, edgesOf: (alert: Firing) => readonly Edge[]): Edge | undefined {
  const reached = new Map<string, Firing>([[alert.key, alert]]);
  let waiting: { readonly at: Firing; readonly first: Edge | undefined }[] = [{ at: alert, first: undefined }];
  let nearest: Edge | undefined;
  while (waiting.length > 0) {
    const further: typeof waiting = [];
    for (const { at, first } of waiting) {
      const edges = edgesOf(at);
      if (edges.length === 0) return first;
      for (const edge of edges) {
        nearest ??= edge;
        if (reached.has(edge.source.key)) continue;
        reached.set(edge.source.key, edge.source);
        further.push({ at: edge.source, first: first ?? edge });
      }
    }
    waiting = further;
  }
  const oldest = [...reached.values()].reduce((a, b) => (isOlder(b, a) ? b : a));
  return oldest.key === alert.key ? undefined : nearest;
}

const isOlder = (a: Firing, b: Firing): boolean => a.since < b.since || (a.since === b.since && a.key < b.key);
