// Replays a record against two documents, rule by rule: the rules in force and a draft. Pure.
import { isDeepStrictEqual } from 'node:util';
import type { DependencyRule, ResourceRule } from '../../../middleware/kernel/rules/document.ts';
import { pointerOf } from '../../api/index.ts';
import { askedOf, refusedBy } from './asked.ts';
import { broken } from './breakers.ts';
import { heldBack, shedded } from './concurrency.ts';
import { overDeadline } from './deadlines.ts';
import { exactly, minus, NONE, type Range } from './range.ts';
import type { Stream } from './record.ts';
import type { Effects, Replayed, SideEffects } from './rule-effects.ts';
import { askedIn, relationOf, throttled, throttleNow, type Scene } from './throttles.ts';

export type Change = 'same' | 'changed' | 'added' | 'removed';

export interface RuleReplayed extends Replayed {
  readonly change: Change;
  readonly difference: Effects;
}

/** Rule after rule, so that whoever asks can stop when it takes too long. */
export function* replay(scene: Scene): Generator<RuleReplayed> {
  yield* throttles(scene);
  yield* limits(scene);
  yield* shedding(scene);
  yield* deadlines(scene);
  yield* breakers(scene, 'resources');
  yield* breakers(scene, 'dependencies');
}

const names = (before: object = {}, after: object = {}) =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();

function changeOf(before: unknown, after: unknown): Change {
  if (before === undefined) return 'added';
  if (after === undefined) return 'removed';
  return isDeepStrictEqual(before, after) ? 'same' : 'changed';
}

function* throttles(scene: Scene): Generator<RuleReplayed> {
  const { current, draft } = scene;
  for (const name of names(current.throttles, draft.throttles)) {
    const [before, after] = [current.throttles?.[name], draft.throttles?.[name]];
    const rule = after ?? before;
    if (!rule) continue;
    const asked = askedIn(scene, rule, after ? draft : current);
    const replayed = {
      ...{ path: pointerOf(['throttles', name]), kind: 'throttle' as const, of: 'requests' as const },
      ...{ seen: Math.round(asked.total), resources: asked.resources, change: changeOf(before, after) },
      now: before && throttleNow(scene, name, before),
      draft: after && throttled(scene, name, after, draft),
    };
    yield withDifference(replayed, before && after && relationOf(before, after));
  }
}

function* limits(scene: Scene): Generator<RuleReplayed> {
  const { record, current, draft, steady } = scene;
  for (const name of names(current.concurrency, draft.concurrency)) {
    const [before, after] = [current.concurrency?.[name], draft.concurrency?.[name]];
    const asked = askedOf(record, after ? draft : current, (after ?? before)?.resources, 'concurrency');
    const now = before && heldBack(record, before, current);
    const isCounted = steady && before && before.mode !== 'shadow' && before.mode !== 'disabled';
    yield withDifference({
      ...{ path: pointerOf(['concurrency', name]), kind: 'concurrency', of: 'requests' },
      ...{ seen: Math.round(asked.total), resources: asked.resources, change: changeOf(before, after) },
      now: now && (isCounted ? counted(now, refusedBy(asked, 'concurrency', name).own) : now),
      draft: after && heldBack(record, after, draft),
    });
  }
}

const counted = (effects: SideEffects, count: number): SideEffects => ({
  ...{ ...effects, refused: exactly(count) },
  ...{ measured: true, cannotSay: [] },
});

function* shedding({ record, current, draft, steady }: Scene): Generator<RuleReplayed> {
  const [before, after] = [current.shedding, draft.shedding];
  if (!before && !after) return;
  const asked = askedOf(record, draft, undefined, 'throttle');
  const now = before && shedded(record, current);
  const isCounted = steady && before && before.mode !== 'shadow' && before.mode !== 'disabled';
  yield withDifference({
    ...{ path: '/shedding', kind: 'shedding', of: 'requests' },
    ...{ seen: Math.round(asked.total), resources: asked.resources, change: changeOf(before, after) },
    now: now && (isCounted ? counted(now, refusedBy(asked, 'shed', 'shedding').own) : now),
    draft: after && shedded(record, draft),
  });
}

function* deadlines({ record, current, draft }: Scene): Generator<RuleReplayed> {
  for (const name of names(current.resources, draft.resources)) {
    const [before, after] = [current, draft].map((document) => document.resources?.[name]?.deadline);
    if (before?.timeout === undefined && after?.timeout === undefined) continue;
    yield withDifference({
      ...{ path: pointerOf(['resources', name, 'deadline']), kind: 'deadline', of: 'requests' },
      ...{ seen: totalOf(record.resources.get(name)), resources: new Set([name]), change: changeOf(before, after) },
      now: overDeadline(record, name, current, current),
      draft: overDeadline(record, name, draft, current),
    });
  }
}

type Guarded = { readonly [name: string]: ResourceRule | DependencyRule };

function* breakers(
  { record, current, draft, steady }: Scene,
  section: 'resources' | 'dependencies',
): Generator<RuleReplayed> {
  const [were, are]: readonly Guarded[] = [current[section] ?? {}, draft[section] ?? {}];
  for (const name of names(were, are)) {
    const [before, after] = [were?.[name]?.breaker, are?.[name]?.breaker];
    if (!before && !after) continue;
    const stream = (section === 'resources' ? record.resources : record.calls).get(name);
    const now = broken(record, section, name, current);
    yield withDifference({
      ...{
        path: pointerOf([section, name, 'breaker']),
        kind: 'breaker',
        of: section === 'resources' ? 'requests' : 'calls',
      },
      ...{
        seen: totalOf(stream),
        resources: new Set(section === 'resources' ? [name] : []),
        change: changeOf(before, after),
      },
      now: now && (steady && before?.mode !== 'shadow' && stream ? refusedCalls(now, section, name, stream) : now),
      draft: broken(record, section, name, draft),
    });
  }
}

/** What it refused is counted; how often it opened is replayed. */
function refusedCalls(now: SideEffects, section: string, name: string, { refusals }: Stream): SideEffects {
  const breaker = `breaker/${section === 'resources' ? `resource:${name}` : name}/`;
  const own = Object.entries(refusals).reduce((sum, [key, count]) => sum + (key.startsWith(breaker) ? count : 0), 0);
  return { ...now, refused: exactly(own) };
}

const totalOf = (stream: Stream | undefined) => Math.round(stream?.total.reduce((sum, count) => sum + count, 0) ?? 0);

const MEASURES = ['refused', 'delayed', 'exceeded', 'opened', 'openMs'] as const;

/** A rule that both have does the same in both: only of rules that differ the bounds are subtracted. */
function withDifference(
  rule: Replayed & { readonly change: Change },
  relation?: 'same' | 'looser' | 'stricter',
): RuleReplayed {
  const difference = Object.fromEntries(
    MEASURES.flatMap((name): [string, Range | null][] => {
      const [now, draft] = [effective(rule.now, name), effective(rule.draft, name)];
      if (now === undefined && draft === undefined) return [];
      if (rule.change === 'same') return [[name, NONE]];
      if (now === null || draft === null) return [[name, null]];
      return [[name, signed(minus(draft ?? NONE, now ?? NONE), relation)]];
    }),
  );
  return { ...rule, difference };
}

/** What a rule in shadow would have refused, it refused to nobody. */
function effective(side: SideEffects | undefined, name: (typeof MEASURES)[number]): Range | null | undefined {
  return side?.shadow && side[name] !== undefined ? NONE : side?.[name];
}

function signed({ low, estimate, high }: Range, relation: 'same' | 'looser' | 'stricter' | undefined): Range {
  const [least, most] = [relation === 'stricter' ? 0 : -Infinity, relation === 'looser' ? 0 : Infinity];
  const bounded = (value: number) => Math.min(most, Math.max(least, value));
  return { low: bounded(low), estimate: estimate === null ? null : bounded(estimate), high: bounded(high) };
}
