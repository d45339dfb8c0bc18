// What the route for Prometheus answers.
import type { Description } from '../../api/index.ts';
import { CONTENT_TYPES } from './exposition.ts';

const typeOf = (contentType: string) => contentType.split(';', 1)[0] ?? contentType;

export const readMetrics: Description = {
  summary: 'Read what all services counted today, for Prometheus',
  tags: ['telemetry'],
  headers: { accept: '`application/openmetrics-text` for OpenMetrics.' },
  answers: {
    200: {
      description: 'Counters that begin again each day (UTC).',
      mediaTypes: Object.values(CONTENT_TYPES).map(typeOf),
    },
  },
};
