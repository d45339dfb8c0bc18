// What an environment remembers of its last turn, so that what has not changed is not written again.

/** What nobody counted anything in. */
export const EMPTY = '';

export class Memory {
  #fence = 0;
  /** By service: digests of its newest minutes as they were put. */
  readonly #digests = new Map<string, Map<number, string>>();
  /** Late minutes that are merged, by who named them where; with the minute they were named in. */
  readonly #late = new Map<string, number>();
  /** When services without rules were last noted, epoch ms. */
  readonly notedAt = new Map<string, number>();
  /** Services that took long: they are merged last. */
  readonly heavy = new Set<string>();
  /** Where to go on looking for announcements, when there were more than one tick looks at; with the time they are of. */
  announced: { readonly fromMs: number; readonly cursor: string } | undefined;

  /** What was remembered holds only if nobody else has had a turn since. Minutes before `oldestMs` are forgotten. */
  begin(fence: number, oldestMs: number): void {
    if (fence !== this.#fence + 1) {
      this.#digests.clear();
      this.#late.clear();
    }
    this.#fence = fence;
    for (const [service, minutes] of this.#digests) {
      for (const at of minutes.keys()) if (at < oldestMs) minutes.delete(at);
      if (minutes.size === 0) this.#digests.delete(service);
    }
    for (const [name, namedIn] of this.#late) if (namedIn < oldestMs) this.#late.delete(name);
  }

  digestOf(service: string, at: number): string | undefined {
    return this.#digests.get(service)?.get(at);
  }

  /** Undefined while it is not certain what the table holds. */
  remember(service: string, at: number, digest: string | undefined): void {
    const minutes = this.#digests.get(service) ?? new Map<number, string>();
    this.#digests.set(service, minutes);
    if (digest === undefined) minutes.delete(at);
    else minutes.set(at, digest);
  }

  isLateMerged(name: string): boolean {
    return this.#late.has(name);
  }

  lateMerged(name: string, namedIn: number): void {
    this.#late.set(name, namedIn);
  }
}
