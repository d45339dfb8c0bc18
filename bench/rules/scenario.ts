// What happens to a fleet while a revision is published to it: its size, its load, the document, and the table's room.

export interface Scenario {
  readonly name: string;
  readonly instances: number;
  /** Of each instance. */
  readonly perS: number;
  /** `evenly`: one every 1/perS seconds; `poisson`: as chance has it. */
  readonly arrivals: 'evenly' | 'poisson';
  /** KB of a copy of the document as it is stored. */
  readonly documentKb: number;
  /** The table is warm for so many: each takes 3,000 read units and 1,000 write units a second. */
  readonly partitions: number;
  /** Nothing is asked of an instance from its first second until then, from when on all of them are called within `withinS`. */
  readonly idle?: { readonly untilS: number; readonly withinS: number };
  /** Another tenant of the table takes so many of each partition's write units a second while it lasts. */
  readonly crowded?: { readonly writeUnits: number; readonly forS: number };
  readonly publishAtS: number;
  readonly untilS: number;
  readonly seeds: number;
  readonly goals: Goals;
}

export interface Goals {
  /** Milliseconds from the publication until so many of the fleet's instances have decided by it. */
  readonly decided95Ms?: number;
  readonly headUnitsPerS?: number;
  /** Percent of the decisions of instances that were idle. */
  readonly oldAfterIdlePct?: number;
}
