// What an instance remembers of its rules from one revision to the next, each rule's part found by what the rule is.

/** All rules' parts of one policy on one instance. */
export class RuleMemories<Part> {
  readonly #create: () => Part;
  #parts = new Map<string, Part>();

  constructor(create: () => Part) {
    this.#create = create;
  }

  of(id: string): Part {
    let part = this.#parts.get(id);
    if (part === undefined) {
      part = this.#create();
      this.#parts.set(id, part);
    }
    return part;
  }

  /** Forgets the rules that a new revision no longer has. */
  keep(ids: ReadonlySet<string>): void {
    this.#parts = new Map([...this.#parts].filter(([id]) => ids.has(id)));
  }
}

/** A table that refuses us does so at every request: said once in so many ms. */
const WARN_EVERY_MS = 60_000;

/** What is worth a line in the log once a minute. */
export class Warnings {
  #warnedAtMs = -Infinity;

  /** True when it is time to log again. */
  mayWarn(nowMs: number): boolean {
    if (nowMs - this.#warnedAtMs < WARN_EVERY_MS) return false;
    this.#warnedAtMs = nowMs;
    return true;
  }
}
