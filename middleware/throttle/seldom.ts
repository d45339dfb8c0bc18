// What few throttles need: one file, loaded before rules come in force that say any of it.
export { eventual } from './eventual.ts';
export { hold } from './hold.ts';
export { leakyBucket, usualBurst } from './leaky-bucket.ts';
export { compileOverrides, rememberingOverrides } from './overrides.ts';
export { observe } from './shadow.ts';
export { readSlidingStanding } from './sliding-standing.ts';
export { slidingWindow } from './sliding-window.ts';
export { noteTold, tell } from './telling.ts';
export { warmingBucket } from './warming-bucket.ts';
export { readWarmingStanding } from './warming-standing.ts';
