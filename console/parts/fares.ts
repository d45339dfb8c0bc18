// How traffic fares by its shares of errors and refusals: the map and the list of services say the same of the same. Pure.

/** Shares from which traffic is marked. */
export const MARKED = { bad: 0.05, warn: 0.01 } as const;

export const faresOf = (errorShare: number, refusedShare: number): 'ok' | 'warn' | 'bad' =>
  errorShare >= MARKED.bad ? 'bad' : errorShare >= MARKED.warn || refusedShare >= MARKED.warn ? 'warn' : 'ok';
