// What only buckets in several parts need: one file, loaded when one is met or made.
export { follow, readDivision, reshape, takeFromParts } from './parts.ts';
export { readPartStandings } from './parts-standing.ts';
