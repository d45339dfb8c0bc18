// Whether `FLYBALL_DISABLED=1` takes every policy out of the way, without a deploy.

/** Calls still find their targets in the rules, and required access is still required. */
export const disabled = process.env['FLYBALL_DISABLED'] === '1';
