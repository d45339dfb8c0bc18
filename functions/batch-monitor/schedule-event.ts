// What a function gets from an EventBridge rule that runs it by schedule.

export function scheduleEvent(
  rule: string,
  id: string,
  atMs: number,
  region: string,
  account: string,
  partition = 'aws',
) {
  return {
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account,
    // EventBridge tells whole seconds.
    time: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
    region,
    resources: [`arn:${partition}:events:${region}:${account}:rule/${rule}`],
    detail: {},
  };
}
