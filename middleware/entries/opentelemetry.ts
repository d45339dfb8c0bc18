// What `import … from 'flyball/opentelemetry'` gives: a tracer that records with the application's own OpenTelemetry SDK.
export { openTelemetryTracer, type OpenTelemetryOptions } from '../trace/opentelemetry.ts';
export type { Tracer } from '../trace/tracer.ts';
