// How a governed function says in a direct invoke which service it is.

/** Believed from direct invokes alone; over HTTP anybody may send it. */
export const CALLER_HEADER = 'x-flyball-caller';
