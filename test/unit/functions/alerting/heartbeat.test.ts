import { describe, expect, it } from 'vitest';
import { heartbeatLine } from '../../../../functions/alerting/heartbeat.ts';

describe('what CloudWatch is told of a tick', () => {
  it('is that there was one, and what it left', () => {
    const report = { open: 7, subjects: 40, decided: 3, sent: 2, undelivered: 4, failed: 1, complete: false };
    expect(JSON.parse(heartbeatLine('flyball/prod', 1_000, report))).toEqual({
      _aws: {
        Timestamp: 1_000,
        CloudWatchMetrics: [
          {
            Namespace: 'flyball/prod',
            Dimensions: [['service']],
            Metrics: [
              { Name: 'AlertTicks', Unit: 'Count' },
              { Name: 'AlertTicksIncomplete', Unit: 'Count' },
              { Name: 'OpenAlerts', Unit: 'Count' },
              { Name: 'AlertNoticesSent', Unit: 'Count' },
              { Name: 'AlertNoticesUndelivered', Unit: 'Count' },
              { Name: 'AlertFailures', Unit: 'Count' },
            ],
          },
        ],
      },
      service: 'alerting',
      AlertTicks: 1,
      AlertTicksIncomplete: 1,
      OpenAlerts: 7,
      AlertNoticesSent: 2,
      AlertNoticesUndelivered: 4,
      AlertFailures: 1,
    });
  });
});
