// What a service's series are of: the names of its resources, its dependencies and what invokes it. Pure.
import { partsOf } from '../sums/subject.ts';

/** Of a kind; more are of no use to whoever chooses one. */
const MOST_NAMES = 1_000;

export class Names {
  readonly #byKind = new Map<string, Set<string>>();

  /** Adds subjects as sums are named. */
  add(subjects: Iterable<string>): void {
    for (const subject of subjects) {
      const { kind, name } = partsOf(subject);
      const names = this.#byKind.get(kind) ?? new Set<string>();
      this.#byKind.set(kind, names);
      if (names.size < MOST_NAMES) names.add(name);
    }
  }

  shown(): { readonly [kind in 'resources' | 'dependencies' | 'sources']: readonly string[] } {
    const sorted = (kind: string) => [...(this.#byKind.get(kind) ?? [])].sort();
    return { resources: sorted('resource'), dependencies: sorted('dependency'), sources: sorted('inbound') };
  }
}
