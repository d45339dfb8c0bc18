// Where the store gets the time from; the kernel's Clock fits it, so that the store imports nothing of the house.

export interface TimeSource {
  /** Milliseconds since the epoch. */
  now(): number;
}
