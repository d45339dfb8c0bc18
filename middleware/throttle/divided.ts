// What only hot keys need, divided or crowded: one file, loaded when one is met or made.
export { crowd } from './crowd.ts';
export { follow, readDivision, reshape, takeFromParts } from './parts.ts';
export { readPartStandings } from './parts-standing.ts';
