// The watched signals as a CloudWatch dashboard: the state of the alarms, then a graph for each number they go by.
import type { Signal } from './signals.ts';

type Json = Record<string, unknown>;

const GROUPS: readonly Signal['group'][] = ['control plane', 'api', 'table', 'queues'];
const COLUMNS = 24;
const GRAPH = { width: 8, height: 6 };
const STATES_HEIGHT = 4;

export function dashboardResource(watched: readonly Signal[], stage: string): Json {
  return {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: {
      // Dashboards are the account's, wherever their numbers come from.
      DashboardName: { 'Fn::Sub': `flyball-${stage}-\${AWS::Region}` },
      DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets: widgets(watched, stage) }) },
    },
  };
}

function widgets(watched: readonly Signal[], stage: string): Json[] {
  const states = {
    type: 'alarm',
    x: 0,
    y: 0,
    width: COLUMNS,
    height: STATES_HEIGHT,
    properties: {
      title: `flyball ${stage}, \${AWS::Region}`,
      alarms: watched.map(
        ({ id }) => `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:flyball-${stage}-${id}`,
      ),
    },
  };
  const ordered = GROUPS.flatMap((group) => watched.filter((signal) => signal.group === group));
  const perRow = COLUMNS / GRAPH.width;
  return [
    states,
    ...ordered.map((signal, i) => ({
      type: 'metric',
      x: (i % perRow) * GRAPH.width,
      y: STATES_HEIGHT + Math.floor(i / perRow) * GRAPH.height,
      ...GRAPH,
      properties: graph(signal),
    })),
  ];
}

function graph({ id, group, metrics, periodS, threshold, expression }: Signal): Json {
  // An alarm that goes by an expression is drawn by its parts and by what it makes of them.
  const parts = metrics.map(({ namespace, name, dimensions, stat, label }, i) => [
    namespace,
    name,
    ...Object.entries(dimensions).flat(),
    { id: `m${String(i + 1)}`, stat, label },
  ]);
  const whole = expression === undefined ? [] : [[{ expression, label: 'alarm goes by', id: 'watched' }]];
  return {
    title: `${group}: ${id}`,
    view: 'timeSeries',
    region: '${AWS::Region}',
    period: periodS,
    metrics: [...whole, ...parts],
    annotations: { horizontal: [{ label: 'alarm', value: threshold }] },
    yAxis: { left: { min: 0 } },
  };
}
