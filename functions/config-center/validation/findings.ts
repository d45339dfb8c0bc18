// Where checks put what they find: a place in the document and a reason.

export type Place = readonly PropertyKey[];

export interface Finding {
  readonly place: Place;
  readonly reason: string;
}

/** Reports one error; checks go on after it, so that all are found at once. */
export type Report = (place: Place, reason: string) => void;
