// What records invocations, and what sends them to X-Ray: loaded in one piece with the first that is recorded.
export { Recording } from './recording.ts';
export { xrayTracer } from './xray.ts';
