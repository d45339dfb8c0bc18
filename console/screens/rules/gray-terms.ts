// What a publisher says of the part of the fleet that is given a revision first, as the form has it and as it is sent.
import type { FieldError } from '../../api/problem.ts';
import type { GrayTerms } from './answers.ts';

/** Fields are called as the API calls them, so that what it says of one stands there. */
export interface Fields {
  readonly share: string;
  /** `instance`, or what tells callers apart: `client`, `header:NAME`. */
  readonly by: string;
  /** Shares and how long each is watched: `5% 10m, 50% 30m`. */
  readonly steps: string;
  /** Of the function, or aliases: `7, $LATEST, live`. */
  readonly versions: string;
  readonly trigger: string;
  readonly method: string;
  readonly path: string;
  readonly source: string;
  readonly function: string;
  readonly errors: string;
  readonly refusals: string;
  readonly p99: string;
  readonly minimumSample: string;
  readonly ifTooLittleTraffic: string;
}

export type Name = keyof Fields;

export interface Part extends Fields {
  readonly way: 'all' | 'part' | 'steps';
}

export const WHOLE: Part = {
  way: 'all',
  share: '5%',
  by: 'instance',
  steps: '5% 10m, 50% 30m',
  ...{ versions: '', trigger: '', method: '', path: '', source: '', function: '' },
  ...{ errors: '', refusals: '', p99: '', minimumSample: '' },
  ifTooLittleTraffic: 'extend',
};

export const KEYS = ['instance', 'client', 'ip', 'source', 'header:', 'query:', 'path:', 'claim:'] as const;
export const MATCH = ['trigger', 'method', 'path', 'source', 'function'] as const;
export const MARGINS = ['errors', 'refusals', 'p99'] as const;
export const TRIGGERS = ['http', 'queue', 'bucket', 'topic', 'event', 'schedule', 'stream', 'direct'] as const;
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** Those that say something. */
const given = <Key extends Name>(part: Part, names: readonly Key[]): (readonly [Key, string])[] =>
  names.map((name) => [name, part[name].trim()] as const).filter(([, text]) => text !== '');

const objectOf = (name: string, pairs: readonly (readonly [string, unknown])[]): Record<string, unknown> =>
  pairs.length === 0 ? {} : { [name]: Object.fromEntries(pairs) };

/** Whether anything takes it back that was written here: what the API has without that is its own. */
export const hasMargins = (part: Part): boolean => given(part, MARGINS).length > 0;

/** The body's `gray`; undefined for the whole fleet. What is empty is left out. */
export function grayOf(part: Part): Record<string, unknown> | undefined {
  const { way, by, minimumSample, ifTooLittleTraffic } = part;
  if (way === 'all') return undefined;
  const margins = given(part, MARGINS).map(([name, text]) => [name, marginOf(text)] as const);
  const sample = minimumSample.trim() === '' ? [] : [['minimumSample', Number(minimumSample)] as const];
  const versions = listOf(part.versions);
  const isJudged = way === 'steps' || margins.length > 0;
  return {
    ...(way === 'steps' ? { steps: listOf(part.steps).map(stepOf) } : {}),
    ...(way === 'part' && part.share.trim() !== '' ? { share: percent(part.share) } : {}),
    ...(by === 'instance' ? {} : { by }),
    ...(versions.length === 0 ? {} : { versions }),
    ...objectOf('match', given(part, MATCH)),
    ...objectOf('abortWhen', margins.length === 0 ? [] : [...margins, ...sample]),
    ...(isJudged && ifTooLittleTraffic !== 'extend' ? { ifTooLittleTraffic } : {}),
  };
}

function stepOf(text: string): { share: string; bake: string } {
  const [share = '', bake = ''] = text.split(/\s+/);
  return { share: percent(share), bake };
}

const percent = (text: string): string => (/^[\d.]+$/.test(text.trim()) ? `${text.trim()}%` : text.trim());
const marginOf = (text: string): string => (text.startsWith('+') ? `+${percent(text.slice(1))}` : `+${percent(text)}`);

export type Fault = 'fillIn' | 'shareMissing' | 'badShare' | 'badSteps' | 'badVersions' | 'badMargin' | 'badSample';

/** What can be seen to be wrong before it is sent; the API knows the rest. */
export function faultsIn(part: Part): Partial<Record<Name, Fault>> {
  const { way, share, by, minimumSample } = part;
  if (way === 'all') return {};
  const faults: Partial<Record<Name, Fault>> = {};
  const versions = listOf(part.versions);
  if (by.endsWith(':')) faults.by = 'fillIn';
  if (versions.some((one) => !/^(\$LATEST|[\w-]{1,128})$/.test(one))) faults.versions = 'badVersions';
  if (way === 'steps') {
    if (!areSteps(listOf(part.steps).map(stepOf))) faults.steps = 'badSteps';
  } else if (share.trim() !== '') {
    if (!isShare(percent(share))) faults.share = 'badShare';
  } else if (by !== 'instance' || (versions.length === 0 && given(part, MATCH).length === 0)) {
    faults.share = 'shareMissing';
  }
  const margins = given(part, MARGINS);
  for (const [name, text] of margins) {
    if (!/^\+\d{1,4}(\.\d{1,2})?%$/.test(marginOf(text))) faults[name] = 'badMargin';
  }
  if (margins.length > 0 && minimumSample.trim() !== '' && !(Number(minimumSample) >= 50)) {
    faults.minimumSample = 'badSample';
  }
  return faults;
}

/** At least a basis point. */
const isShare = (text: string): boolean => /^[\d.]+%$/.test(text) && shareOf(text) >= 0.01 && shareOf(text) <= 100;
const shareOf = (text: string): number => Number(text.slice(0, -1));

function areSteps(steps: readonly { share: string; bake: string }[]): boolean {
  return (
    steps.length > 0 &&
    steps.every(
      ({ share, bake }, i) =>
        isShare(share) && /^\d/.test(bake) && shareOf(share) > shareOf(steps[i - 1]?.share ?? '0%'),
    )
  );
}

/** Whether all live instances, by `name:version`, are of these versions: then there is no rest. */
export function areAllLive(
  versions: readonly string[] | undefined,
  functions: Readonly<Record<string, number>> | undefined,
): boolean {
  const live = Object.keys(functions ?? {}).map((name) => name.slice(name.lastIndexOf(':') + 1));
  return live.length > 0 && live.every((version) => versions?.includes(version));
}

/** Of versions alone, with nothing that leaves a part of their instances out. */
export const versionsAlone = (part: Part): readonly string[] =>
  part.way === 'part' && part.share.trim() === '' && given(part, MATCH).length === 0 ? listOf(part.versions) : [];

/** Whether instances hold both revisions, and each request is given one. An alias is of an invocation, too. */
export const isOfRequests = ({ by, versions = [], match }: GrayTerms): boolean =>
  match !== undefined || by !== 'instance' || versions.some((one) => !/^(\d+|\$LATEST)$/.test(one));

/** What the API says of fields of the form, by their names: `/gray/abortWhen/p99` is of `p99`, `/gray/steps/1/bake` of `steps`. */
export function saidOf(errors: readonly FieldError[]): Partial<Record<Name, string>> {
  const said: Partial<Record<Name, string>> = {};
  for (const { path, reason } of errors) {
    const name = path.split('/').find((step): step is Name => step !== 'gray' && Object.hasOwn(WHOLE, step));
    if (name !== undefined) said[name] ??= reason;
  }
  return said;
}
