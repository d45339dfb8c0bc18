// Which parameters a deploy takes and what each may be: a mistyped one would be passed over, or fail half-way on AWS.
import { readIssuers } from '../../functions/api/auth-issuers.ts';
import { CONTROL_PLANE } from '../../functions/api/function-names.ts';
import { nearest } from '../../middleware/kernel/nearest.ts';

/** What a parameter may be. */
interface Form {
  /** Ends the sentence "it takes …". */
  readonly takes: string;
  readonly fits: (text: string, stage: string) => boolean;
  /** What exactly is wrong, where a text may be wrong in many ways. */
  readonly why?: (text: string) => string | undefined;
}

/** A parameter as somebody gave it. */
export interface Given {
  readonly name: string;
  readonly value: unknown;
  /** Where it stands: `--param`, or its place in serverless.yml. */
  readonly place: string;
}

const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const TRUE_OR_FALSE = oneOf('true', 'false');

/** By their names, in the order of docs/deploy.md. */
export const PARAMETERS: Readonly<Record<string, Form>> = {
  alarmTopic: orNothing(
    pattern(
      /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]+$/,
      'the ARN of an SNS topic, arn:aws:sns:<Region>:<account>:<name>',
    ),
  ),
  alarmEmail: orNothing(pattern(/^[^@\s]+@[^@\s]+$/, 'one e-mail address')),
  logRetentionDays: oneOf(...RETENTION_DAYS.map(String)),
  apiRequestsPerSecond: whole(1),
  apiBurst: whole(1),
  // A table and an index on demand have as much anyway, and DynamoDB refuses less.
  warmReads: whole(12_000),
  warmWrites: whole(4_000),
  warmIndexReads: whole(12_000),
  warmIndexWrites: whole(4_000),
  contributorInsights: TRUE_OR_FALSE,
  controlPlaneConcurrency: orNothing(whole(1)),
  settlementConcurrency: whole(2, 1000),
  actuatedFunctions: orNothing({
    takes: "the name of a function, flyball-prod-orders, or a pattern, orders-*, that fits none of the control plane's",
    fits: (text, stage) => /^[A-Za-z0-9_*-]{1,64}$/.test(text) && !fitsControlPlane(text, stage),
  }),
  actuatedEventSources: orNothing(
    pattern(/^(\*|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/, 'the UUID of an event source mapping, or * for all'),
  ),
  startableFunctions: orNothing({
    takes:
      "names of functions, or patterns of names, with commas between them, orders-*,flyball-prod-settlement, that fit none of the control plane's",
    fits: (text, stage) =>
      text.length <= 1024 &&
      text.split(',').every((one) => /^[A-Za-z0-9_*-]{1,64}$/.test(one) && !fitsControlPlane(one, stage)),
  }),
  alertTopics: pattern(/^[A-Za-z0-9_.*-]{1,256}$/, 'the name of an SNS topic, or a pattern of names, flyball-*'),
  alertPrivateHosts: orNothing({
    takes: 'names of hosts, or addresses, with commas between them, mail.internal,10.0.0.7',
    fits: (text) => text.length <= 1024 && text.split(',').every((one) => /^[A-Za-z0-9._:[\]-]{1,253}$/.test(one)),
  }),
  heartbeatUrl: orNothing({
    takes: 'an https address that is asked at the end of each tick of alerts, https://hc-ping.com/<uuid>',
    fits: (text) => text.length <= 1024 && /^https:\/\/[^\s/@]+(\/\S*)?$/.test(text) && URL.canParse(text),
  }),
  keepData: oneOf('Retain', 'Delete'),
  protectData: TRUE_OR_FALSE,
  uploadsBucket: pattern(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens',
  ),
  otlpEndpoint: orNothing(
    pattern(/^https?:\/\/[^\s/]\S*$/, 'the URL of an OpenTelemetry collector, https://<host>:4318'),
  ),
  oidcIssuers: orNothing({
    takes: 'whose tokens are taken and which roles they give, as JSON: docs/control-plane-access.md',
    fits: (text) => whatIsWrongWithIssuers(text) === undefined,
    why: whatIsWrongWithIssuers,
  }),
  publishApprovals: whole(0, 9),
  configHold: whole(0, 5000),
  longestKey: orNothing(pattern(/^[1-9]\d{0,4}[hd]$/, 'how long API keys may be good for: 90d, 12h')),
  permissionsBoundary: orNothing(
    pattern(
      /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/\S+$/,
      'the ARN of a policy, arn:aws:iam::<account>:policy/<name>',
    ),
  ),
};

/** What is wrong with a stage's parameters and what to write instead, one line each; undefined when all may be used. */
export function whatIsWrongWithParameters(given: readonly Given[], stage: string): string | undefined {
  const wrong = given.flatMap((parameter) => wrongWith(parameter, stage) ?? []);
  return wrong.length === 0 ? undefined : wrong.join('\n');
}

function wrongWith({ name, value, place }: Given, stage: string): string | undefined {
  // As the framework has it: what is null is not given.
  if (value === null || value === undefined) return undefined;
  const form = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
  if (form === undefined) return `${place}: there is no parameter "${shortened(name)}"; ${meant(name)}`;
  const written = typeof value === 'string' ? value : JSON.stringify(value);
  const text = written.replaceAll('${sls:stage}', stage);
  // What CloudFormation, or the framework, has yet to fill in.
  if (text.includes('${') || form.fits(text, stage)) return undefined;
  const why = form.why?.(text);
  return `${place}: ${name} is "${shortened(text)}", but it takes ${form.takes}${why === undefined ? '' : `: ${why}`}.`;
}

function meant(name: string): string {
  const known = Object.keys(PARAMETERS);
  const near = nearest(name, known);
  return near === undefined ? `there are ${known.join(', ')}.` : `did you mean ${near}?`;
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** Whoever may publish rules could stop flyball itself. */
function fitsControlPlane(names: string, stage: string): boolean {
  const form = new RegExp(`^${names.replace(/\*+/g, '.*')}$`);
  return CONTROL_PLANE.some((part) => form.test(`flyball-${stage}-${part}`));
}

function whatIsWrongWithIssuers(text: string): string | undefined {
  try {
    readIssuers(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function pattern(form: RegExp, takes: string): Form {
  return { takes, fits: (text) => form.test(text) };
}

function oneOf(...values: readonly string[]): Form {
  return {
    takes: values.length === 2 ? values.join(' or ') : `one of ${values.join(', ')}`,
    fits: (text) => values.includes(text),
  };
}

function whole(least: number, most = Number.MAX_SAFE_INTEGER): Form {
  const bounds =
    most === Number.MAX_SAFE_INTEGER ? `${String(least)} or more` : `from ${String(least)} to ${String(most)}`;
  return {
    takes: `a whole number, ${bounds}`,
    fits: (text) => /^\d{1,15}$/.test(text) && Number(text) >= least && Number(text) <= most,
  };
}

/** Left empty in serverless.yml; the command line knows no empty values. */
function orNothing({ takes, fits, ...rest }: Form): Form {
  return { ...rest, takes: `${takes}, or nothing`, fits: (text, stage) => text === '' || fits(text, stage) };
}
