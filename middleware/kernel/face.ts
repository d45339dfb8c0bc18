// What a governed handler sees of its invocation, at `context.flyball`.
import type { Context } from 'aws-lambda';
import type { Invocation } from './invocation.ts';
import type { Principal } from './principal.ts';

export interface FlyballContext {
  readonly service: string;
  readonly resource: string;
  /** The revision of the rules this invocation runs under; 0 when there are none from the store. */
  readonly revision: number;
  readonly instance: string;
  /** Who the caller is, if `access` has made sure of it. */
  readonly principal: Principal | undefined;
  /** The quota that has the least left for this caller, and how many requests that is. */
  readonly quota: { readonly rule: string; readonly left: number } | undefined;
  /** Aborts when the deadline passes. */
  readonly signal: AbortSignal;
  /** ms left until the deadline. */
  remainingMs(): number;
}

export type GovernedContext = Context & { flyball: FlyballContext };

/** Getters on a prototype, since one is made for every invocation. */
export class Face implements FlyballContext {
  readonly #invocation: Invocation;

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
  }

  get service(): string {
    return this.#invocation.instance.service;
  }

  get instance(): string {
    return this.#invocation.instance.id;
  }

  get resource(): string {
    return this.#invocation.resource.name;
  }

  get revision(): number {
    return this.#invocation.snapshot.origin.revision;
  }

  get principal(): Principal | undefined {
    return this.#invocation.principal;
  }

  get quota(): FlyballContext['quota'] {
    return this.#invocation.quota;
  }

  get signal(): AbortSignal {
    return this.#invocation.signal;
  }

  remainingMs(): number {
    return this.#invocation.remainingMs();
  }
}
