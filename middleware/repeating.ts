// What makes more attempts than one: loaded in one piece with the first rule that retries or hedges.
export { hedgeOutbound } from './hedge/index.ts';
export { retryOutbound } from './retry/index.ts';
