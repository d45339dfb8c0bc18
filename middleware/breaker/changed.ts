// What a breaker needs once it changes, and where a fleet is large: loaded in one piece with the first that does.
export { divideBreaker, shardedStore } from '../../store/items/breaker-shards.ts';
export { tellChange, tellHere, tellRefused } from './announce.ts';
export { FleetProbes } from './fleet-probes.ts';
