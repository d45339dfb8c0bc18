// Breakers shared by the fleet, for calls to dependencies.
export { breakerOutbound, lookAgain } from './stage.ts';
