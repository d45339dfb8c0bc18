// How long to wait for the store: every time limit of an exchange with it, on machines of all speeds.

/**
 * `FLYBALL_STORE_PATIENCE` multiplies the limits: 1, the default, suits a function near its table; more suits a machine
 * that is itself slow, such as a laptop that runs forty functions and the table on two cores, or a function of very
 * little memory, whose share of a processor is as small.
 */
const PATIENCE = read(process.env['FLYBALL_STORE_PATIENCE']);

/** A limit for an exchange with the store, in ms. */
export function storeLimitMs(ms: number): number {
  return ms * PATIENCE;
}

/** 1 to 100; whatever else is set counts as 1. */
function read(text: string | undefined): number {
  const patience = Number(text ?? 1);
  return patience >= 1 && patience <= 100 ? patience : 1;
}
