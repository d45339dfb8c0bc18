// One revision of a service's rules as an instance sees it: the document, and what each policy compiled from it.
import type { Instance } from '../instance.ts';
import type { Policy } from '../policy.ts';
import { compileResources, type ResourceTable } from '../resources.ts';
import type { RuleDocument } from './document.ts';

export interface Origin {
  readonly from: 'store' | 'bootstrap' | 'none';
  /** The store's sequence number; a lower one is ignored. 0 unless from the store. */
  readonly seq: number;
  readonly revision: number;
  /** Epoch ms; 0 unless from the store. */
  readonly publishedAt: number;
}

/** Immutable once built: an invocation sees one revision or another, never a mixture. */
export class Snapshot {
  readonly origin: Origin;
  readonly document: RuleDocument;
  readonly resources: ResourceTable;
  readonly #compiled = new Map<Policy, unknown>();
  readonly #instance: Instance;

  /** @throws whatever a policy throws on a document it cannot compile. */
  constructor(origin: Origin, document: RuleDocument, policies: Iterable<Policy>, instance: Instance) {
    this.origin = origin;
    this.document = document;
    this.#instance = instance;
    this.resources = compileResources(document);
    for (const policy of policies) this.#compiled.set(policy, policy.compile(document, instance));
  }

  /** What the policy compiled from this revision. */
  of<Compiled>(policy: Policy<Compiled>): Compiled {
    if (!this.#compiled.has(policy)) this.#compiled.set(policy, policy.compile(this.document, this.#instance));
    return this.#compiled.get(policy) as Compiled;
  }
}
