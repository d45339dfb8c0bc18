// A second attempt beside a first one that is slow.
export { hedgeOutbound } from './stage.ts';
