// Reads what is sound of a routing document that may not be: whatever has another form than it should counts as not there.

type Given = Readonly<Record<string, unknown>>;

export function given(value: unknown): Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Given) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The texts of a list, each where it stands; anything else in it is an empty text. */
export function textsOf(value: unknown): string[] {
  return listOf(value).map((one) => (typeof one === 'string' ? one : ''));
}

export function namesOf(value: unknown, section: string): ReadonlySet<string> {
  return new Set(Object.keys(given(given(value)[section])));
}

/** A route as it is written, and where. */
export interface GivenRoute {
  readonly place: readonly PropertyKey[];
  readonly said: Given;
  readonly isRoot: boolean;
}

/** All routes of the tree, each before those below it. */
export function routesIn(value: unknown): GivenRoute[] {
  const found: GivenRoute[] = [];
  const waiting: GivenRoute[] = [{ place: ['route'], said: given(given(value)['route']), isRoot: true }];
  for (let route = waiting.pop(); route; route = waiting.pop()) {
    const { place, said } = route;
    found.push(route);
    const below = listOf(said['routes']).map((child, i) => ({
      place: [...place, 'routes', i],
      said: given(child),
      isRoot: false,
    }));
    waiting.push(...below.toReversed());
  }
  return found;
}
