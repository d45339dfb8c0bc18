// One way to ask whether a request may pass, or to make a call: what probes repeat.

export interface Way {
  /** Asks once; a promise if that has to wait. Throws, or rejects, unless it may pass. */
  readonly ask: (i: number) => unknown;
  /** Time passes between one batch and the next. */
  readonly advance?: (ms: number) => void;
  /** Writes of a shared table so far. */
  readonly writes?: () => number;
}

/** Where the table is, for those who ask it over the network. */
export interface Remote {
  readonly endpoint: string;
  readonly tableName: string;
}

export type Ways = { readonly [name: string]: (remote: Remote | undefined) => Way | Promise<Way> };
