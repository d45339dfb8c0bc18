// Telemetry: counts and durations of an instance, put once a minute.
export { telemetryPolicy } from './policy.ts';
