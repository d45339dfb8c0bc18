// The screens behind Now, in one file.
export { default as Alerts } from './alerts/index.tsx';
export { default as Jobs } from './jobs/index.tsx';
export { default as Rules } from './rules/index.tsx';
export { default as Services } from './services/index.tsx';
export { default as Topology } from './topology/index.tsx';
export { default as Traces } from './traces/index.tsx';
