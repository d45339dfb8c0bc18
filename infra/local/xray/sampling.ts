// Which traces that begin here are sampled: the first few of each second, and a share of the rest. Pure.

/** X-Ray's own rule takes one a second; a person who tries something out wants to see each of their requests. */
const EACH_SECOND = 10;
const SHARE_OF_THE_REST = 0.05;

/** One decision at a time, for one function. */
export class Sampling {
  #second = -1;
  #taken = 0;

  sample(nowMs: number, random: () => number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#taken = 0;
    }
    if (this.#taken < EACH_SECOND) {
      this.#taken++;
      return true;
    }
    return random() < SHARE_OF_THE_REST;
  }
}
