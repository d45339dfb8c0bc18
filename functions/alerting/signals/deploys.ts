// Finds deploys in what instances said of themselves: a version that none ran before, of a function that ran before. Pure.

/** What was running at some time, each as `name:version`. */
export interface SeenVersions {
  /** Epoch ms. */
  readonly at: number;
  readonly functions: readonly string[];
}

/** Those from `fromMs` on. */
export function deploysIn(
  seen: readonly SeenVersions[],
  fromMs: number,
): { readonly at: number; readonly what: string }[] {
  /** The versions of each function, the one that was seen first, first. */
  const known = new Map<string, Set<string>>();
  const deploys: { at: number; what: string }[] = [];
  for (const { at, functions } of seen.toSorted((a, b) => a.at - b.at)) {
    for (const each of functions) {
      const colon = each.lastIndexOf(':');
      const [name, version] = [each.slice(0, colon), each.slice(colon + 1)];
      const versions = known.get(name);
      if (versions?.has(version)) continue;
      known.set(name, new Set([...(versions ?? []), version]));
      if (versions === undefined || at < fromMs) continue;
      deploys.push({ at, what: `${name} runs version ${version} (before: ${[...versions].at(-1) ?? ''})` });
    }
  }
  return deploys;
}
