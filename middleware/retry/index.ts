// Retries of calls to dependencies.
export { retryOutbound } from './stage.ts';
