// The watched signals as CloudFormation: an alarm for each.
import type { Metric, Signal } from './signals.ts';

type Json = Record<string, unknown>;

/** What an alarm's description ends in. */
const DOCS = 'docs/deploy.md#alarms';

export function alarmResources(watched: readonly Signal[], stage: string): Record<string, Json> {
  return Object.fromEntries(watched.map((signal) => [logicalId(signal), alarm(signal, stage)]));
}

/** `tick-missing` is `AlarmTickMissing`. */
export function logicalId({ id }: Pick<Signal, 'id'>): string {
  const words = id.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `Alarm${words.join('')}`;
}

function alarm(signal: Signal, stage: string): Json {
  const tell = [{ 'Fn::If': ['OwnAlarmTopic', { Ref: 'AlarmTopic' }, { Ref: 'AlarmTopicArn' }] }];
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `flyball-${stage}-${signal.id}`,
      AlarmDescription: `${signal.says} ${DOCS}`,
      ...measured(signal),
      ComparisonOperator: signal.comparison,
      Threshold: signal.threshold,
      EvaluationPeriods: signal.breaches.of,
      DatapointsToAlarm: signal.breaches.atLeast,
      TreatMissingData: signal.whenMissing,
      AlarmActions: tell,
      OKActions: tell,
    },
  };
}

function measured({ metrics, expression, periodS }: Signal): Json {
  if (expression === undefined) {
    const [metric] = metrics;
    return { ...metricOf(metric), Statistic: metric.stat, Period: periodS };
  }
  return {
    Metrics: [
      { Id: 'watched', Expression: expression, ReturnData: true },
      ...metrics.map((metric, i) => ({
        Id: `m${String(i + 1)}`,
        MetricStat: { Metric: metricOf(metric), Stat: metric.stat, Period: periodS },
        ReturnData: false,
      })),
    ],
  };
}

function metricOf({ namespace, name, dimensions }: Metric): Json {
  return {
    Namespace: namespace,
    MetricName: name,
    Dimensions: Object.entries(dimensions).map(([Name, value]) => ({
      Name,
      Value: value.includes('${') ? { 'Fn::Sub': value } : value,
    })),
  };
}
