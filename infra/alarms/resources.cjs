// Where serverless.yml takes the alarms and the dashboard from: it reads .cjs, and the definitions are TypeScript.
const { alarmResources } = require('./template.ts');
const { dashboardResource } = require('./dashboard.ts');
const { signals } = require('./signals.ts');

/** The control plane's functions by their keys in serverless.yml. */
const WATCHED = [
  'configCenter',
  'concurrencyActuator',
  'grayJudge',
  'batchMonitor',
  'batchMonitorTick',
  'alerting',
  'alertingTick',
  'telemetry',
  'telemetryMerge',
  'authorizer',
  'console',
];

module.exports = async ({ resolveVariable, resolveConfigurationProperty }) => {
  const stage = await resolveVariable('sls:stage');
  const defaultTimeout = await resolveConfigurationProperty(['provider', 'timeout']);
  const functions = Object.assign({}, ...(await resolveConfigurationProperty(['functions'])));
  const timeoutsS = Object.fromEntries(
    WATCHED.map((key) => {
      const { name, timeout = defaultTimeout } = functions[key];
      return [name.slice(`flyball-${stage}-`.length), timeout];
    }),
  );
  const watched = signals({ stage, timeoutsS });
  return { Resources: { ...alarmResources(watched, stage), Dashboard: dashboardResource(watched, stage) } };
};
