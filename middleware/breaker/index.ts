// Breakers shared by the fleet, for calls to dependencies.
export { breakerOutbound } from './stage.ts';
