// What is wrong with one route beyond its form: names that do not exist, steps out of order, ways that lead to nobody.
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { pointerOf, type FieldError } from '../../api/index.ts';
import { given, listOf, textsOf, type GivenRoute } from './given.ts';
import { OWNER } from './targets.ts';

/** What a document gives names to. */
export interface Names {
  readonly owners: ReadonlySet<string>;
  readonly channels: ReadonlySet<string>;
  readonly windows: ReadonlySet<string>;
  /** Whether any owner has channels. */
  readonly reachable: boolean;
}

type Place = readonly PropertyKey[];
const MOST_NAMED = 8;

const error = (place: Place, reason: string): FieldError => ({ path: pointerOf(place), reason });

export function routeErrors({ place, said, isRoot }: GivenRoute, names: Names): FieldError[] {
  const steps = listOf(said['escalate']);
  return [
    ...(isRoot ? [] : unknownOwners(said['match'], [...place, 'match'], names)),
    ...toldErrors(said['channels'], [...place, 'channels'], names),
    ...steps.flatMap((step, i) => toldErrors(given(step)['channels'], [...place, 'escalate', i, 'channels'], names)),
    ...stepsErrors(steps, [...place, 'escalate']),
    ...textsOf(said['mute']).flatMap((name, i) => unknown('window', name, [...place, 'mute', i], names.windows)),
  ];
}

export function unknownChannels(channels: unknown, place: Place, { channels: known }: Names): FieldError[] {
  return textsOf(channels).flatMap((name, i) => unknown('channel', name, [...place, i], known));
}

/** Owners that are named in full; a pattern may stand for some that come later. */
export function unknownOwners(match: unknown, place: Place, { owners }: Names): FieldError[] {
  return textsOf(given(match)['owner']).flatMap((name, i) =>
    name.includes('*') ? [] : unknown('owner', name, [...place, 'owner', i], owners),
  );
}

function toldErrors(channels: unknown, place: Place, names: Names): FieldError[] {
  const told = textsOf(channels);
  const unknowns = told.flatMap((name, i) =>
    name === OWNER ? [] : unknown('channel', name, [...place, i], names.channels),
  );
  const isOwnerAlone = told.length > 0 && told.every((name) => name === OWNER);
  if (!isOwnerAlone || names.reachable) return unknowns;
  return [error(place, 'leads to nobody: no owner has channels; give owners theirs, or name a channel')];
}

/** Each later than the one before. */
function stepsErrors(steps: readonly unknown[], place: Place): FieldError[] {
  let latest = 0;
  return steps.flatMap((step, i) => {
    const after = durationOf(given(step)['after']);
    if (after === undefined) return [];
    if (after <= latest) return [error([...place, i, 'after'], 'is not later than the step before it')];
    latest = after;
    return [];
  });
}

/** One that cannot be read is named for itself. */
function durationOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    return parseDuration(value);
  } catch {
    return undefined;
  }
}

function unknown(what: string, name: string, place: Place, known: ReadonlySet<string>): FieldError[] {
  if (name === '' || known.has(name)) return [];
  const names = [...known];
  const some = names.slice(0, MOST_NAMED).join(', ') + (names.length > MOST_NAMED ? ', …' : '');
  const there = names.length === 0 ? `the document has no ${what}s` : `there is ${some}`;
  return [error(place, `no ${what} has this name; ${there}`)];
}
