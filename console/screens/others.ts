// The screens behind Now, in one file, and in the order in which they compress best.
export { default as Rules } from './rules/index.tsx';
export { default as Services } from './services/index.tsx';
export { default as Topology } from './topology/index.tsx';
export { default as Traces } from './traces/index.tsx';
export { default as Alerts } from './alerts/index.tsx';
export { default as Jobs } from './jobs/index.tsx';
