// What telemetry needs when the first invocation has ended, in one piece: a file that is loaded then and not before.
export { businessPolicy } from './business.ts';
export { Minutes } from './minutes.ts';
export { CountingRecorder } from './recorder.ts';
export { compileRedaction, redacting } from './redact.ts';
