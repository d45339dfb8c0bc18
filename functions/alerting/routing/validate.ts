// Decides whether a routing document may be put in force: every error at once, each with its place, and what is probably not meant.
import { fieldErrorsOf, MAX_ERRORS, pointerOf, type FieldError } from '../../api/index.ts';
import { compileRouting } from './compile.ts';
import type { Routing } from './document.ts';
import { given, listOf, namesOf, routesIn, textsOf } from './given.ts';
import { mutedUntil } from './hours.ts';
import { muteWindow, type TimesSaid } from './owners.ts';
import { routeErrors, unknownChannels, unknownOwners, type Names } from './route-errors.ts';
import { routingDocument, type RoutingDocument } from './schema.ts';
import { OWNER } from './targets.ts';
import { unlikelyRouting } from './unlikely.ts';

export type RoutingValidation =
  | {
      readonly valid: true;
      readonly document: RoutingDocument;
      readonly routing: Routing;
      readonly warnings: readonly FieldError[];
    }
  | { readonly valid: false; readonly errors: readonly FieldError[] };

export function validateRouting(value: unknown): RoutingValidation {
  const parsed = routingDocument.safeParse(value);
  const form = parsed.success ? [] : fieldErrorsOf(parsed.error, value);
  // What is sound in itself is looked at beside what is not, so that one error does not hide another.
  const errors = [...form, ...meaningOf(value)].slice(0, MAX_ERRORS);
  if (!parsed.success || errors.length > 0) return { valid: false, errors };
  const routing = compileRouting(parsed.data);
  return {
    ...{ valid: true, document: parsed.data, routing },
    // Whoever only routes by the document asks for none.
    get warnings() {
      return unlikelyRouting(parsed.data, routing);
    },
  };
}

function meaningOf(value: unknown): FieldError[] {
  const names: Names = {
    owners: namesOf(value, 'owners'),
    channels: namesOf(value, 'channels'),
    windows: namesOf(value, 'windows'),
    reachable: Object.values(given(given(value)['owners'])).some(
      (owner) => textsOf(given(owner)['channels']).length > 0,
    ),
  };
  return [
    ...reserved(names),
    ...ownersErrors(value, names),
    ...endlessWindows(value),
    ...routesIn(value).flatMap((route) => routeErrors(route, names)),
    ...listOf(given(value)['limits']).flatMap((limit, i) => [
      ...unknownOwners(given(limit)['match'], ['limits', i, 'match'], names),
      ...unknownChannels(given(limit)['channels'], ['limits', i, 'channels'], names),
    ]),
    ...listOf(given(value)['inhibit']).flatMap((rule, i) =>
      ['when', 'mutes'].flatMap((side) => unknownOwners(given(rule)[side], ['inhibit', i, side], names)),
    ),
  ];
}

function reserved({ channels }: Names): FieldError[] {
  if (!channels.has(OWNER)) return [];
  const reason = `"${OWNER}" stands for the channels of an alert's owner; give this one another name`;
  return [{ path: pointerOf(['channels', OWNER]), reason }];
}

function ownersErrors(value: unknown, names: Names): FieldError[] {
  return Object.entries(given(given(value)['owners'])).flatMap(([name, owner]) =>
    unknownChannels(given(owner)['channels'], ['owners', name, 'channels'], names),
  );
}

function endlessWindows(value: unknown): FieldError[] {
  return Object.entries(given(given(value)['windows']))
    .filter(([name, window]) => neverEnds(name, listOf(given(window)['times'])))
    .map(([name]) => ({
      path: pointerOf(['windows', name, 'times']),
      reason: 'leaves no moment of the week in which anything could be sent',
    }));
}

/** Times that cannot be read are named for themselves. */
function neverEnds(name: string, times: readonly unknown[]): boolean {
  try {
    const sound = (times as readonly TimesSaid[]).filter(({ from, to }) => from !== to);
    const window = muteWindow(name, 'UTC', sound);
    const start = window.times[0]?.from.next(0);
    return start !== undefined && mutedUntil(window, start) === Infinity;
  } catch {
    return false;
  }
}
