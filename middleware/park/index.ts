// Parking: what becomes of an event that is refused and that nobody would send again.
export { parkPolicy } from './policy.ts';
