// Calls to dependencies, governed.
export { createCaller, type CallOptions, type Caller, type RunInfo, type RunOptions, type Work } from './caller.ts';
