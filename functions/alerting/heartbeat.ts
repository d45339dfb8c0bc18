// What CloudWatch is told of a tick: an alarm outside of flyball's own code path misses it when nobody looks after alerts any more. Pure.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
import type { TickReport } from './tick.ts';

/** `AlertTicks` is 1 for each tick that came to its end; `AlertTicksIncomplete` is 1 for those that left something out. */
export function heartbeatLine(namespace: string, timestamp: number, report: TickReport): string {
  const values = {
    AlertTicks: 1,
    AlertTicksIncomplete: report.complete ? 0 : 1,
    OpenAlerts: report.open,
    AlertNoticesSent: report.sent,
    AlertNoticesUndelivered: report.undelivered,
    AlertFailures: report.failed,
  };
  const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: 'Count' }));
  return JSON.stringify({
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [['service']], Metrics }],
    },
    service: 'alerting',
    ...values,
  });
}
