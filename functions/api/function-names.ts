// Names of Lambda functions in rules: which of them mean the control plane's own, and which may mean one and the same. Pure.

/** The functions of the control plane, by what follows the stage in their names. */
export const CONTROL_PLANE = [
  'alerting',
  'alerting-tick',
  'authorizer',
  'batch-monitor',
  'batch-monitor-tick',
  'concurrency-actuator',
  'config-center',
  'console',
  'gray-judge',
  'telemetry',
  'telemetry-merge',
] as const;

const STACK = 'flyball-';
/** A stage with a hyphen in its name is passed over: where it ends nobody could tell who does not know it. */
const IN_SOME_STAGE = /^flyball-[a-z][a-z0-9]*-(.+)$/;

const isArn = (written: string) => written.startsWith('arn:');
const nameOf = (written: string) => written.slice(written.lastIndexOf(':') + 1);
/** Within the stage of whoever reads it, as `orders` is. */
const isShort = (written: string) => !isArn(written) && !written.startsWith(STACK);

/** What follows the stage; undefined when it is a function of no stage. */
function partOf(written: string, prefix: string | undefined): string | undefined {
  if (isShort(written)) return written;
  const name = nameOf(written);
  return prefix !== undefined && name.startsWith(prefix) ? name.slice(prefix.length) : IN_SOME_STAGE.exec(name)?.[1];
}

/** Whether a name or an ARN is that of a function of the control plane. `prefix` is `flyball-<stage>-`, where it is known. */
export function isOfControlPlane(written: string, prefix?: string): boolean {
  const part = partOf(written, prefix);
  return CONTROL_PLANE.some((own) => own === part);
}

/** Whether two names or ARNs mean one function, as far as that can be told without knowing the stage. */
export function mayMeanTheSame(a: string, b: string): boolean {
  if (a === b) return true;
  if (isArn(a) && isArn(b)) return false;
  if (isShort(a) || isShort(b)) return partOf(a, undefined) === partOf(b, undefined);
  return nameOf(a) === nameOf(b);
}
