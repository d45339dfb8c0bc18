// Which of the control plane's deployed functions a kept release holds: their sources, by the name of their file there.

/** Those of an older revision that has not all of them are as many as it has. */
export const FROZEN = {
  'config-center': 'functions/config-center/handler.ts',
  'gray-judge': 'functions/config-center/gray/handler.ts',
  telemetry: 'functions/telemetry/handler.ts',
  'telemetry-merge': 'functions/telemetry/merge/handler.ts',
  'batch-monitor': 'functions/batch-monitor/handler.ts',
  'batch-monitor-tick': 'functions/batch-monitor/tick-handler.ts',
} as const;
