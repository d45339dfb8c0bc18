// What a publisher says of the part of the fleet that is given a revision first, as the form has it and as it is sent.
export interface Part {
  readonly way: 'all' | 'part' | 'steps';
  readonly share: string;
  /** `instance`, or what tells callers apart: `client`, `header:NAME`. */
  readonly by: string;
  /** Shares and how long each is watched: `5% 10m, 50% 30m`. */
  readonly steps: string;
  readonly errors: string;
  readonly refusals: string;
  readonly p99: string;
  readonly minimumSample: string;
}

export const WHOLE: Part = {
  way: 'all',
  share: '5%',
  by: 'instance',
  steps: '5% 10m, 50% 30m',
  errors: '+2%',
  refusals: '+5%',
  p99: '+20%',
  minimumSample: '200',
};

export const KEYS = ['instance', 'client', 'ip', 'source', 'header:', 'query:', 'path:', 'claim:'] as const;

/** The body's `gray`; undefined for the whole fleet. What is empty is left out: the API says what is missing. */
export function grayOf(part: Part): Record<string, unknown> | undefined {
  const { way, share, by, steps, errors, refusals, p99, minimumSample } = part;
  if (way === 'all') return undefined;
  const sample = Number(minimumSample);
  const given = Object.entries({ errors, refusals, p99 }).filter(([, value]) => value.trim() !== '');
  const abortWhen = {
    ...Object.fromEntries(given.map(([name, value]) => [name, withSign(value.trim())])),
    ...(minimumSample.trim() === '' || given.length === 0 ? {} : { minimumSample: sample }),
  };
  const judged = given.length === 0 ? {} : { abortWhen };
  if (way === 'part') return { share: percent(share), ...(by === 'instance' ? {} : { by }), ...judged };
  return {
    steps: steps.split(',').map(stepOf),
    ...(by === 'instance' ? {} : { by }),
    ...judged,
  };
}

function stepOf(text: string): { share: string; bake: string } {
  const [share = '', bake = ''] = text.trim().split(/\s+/);
  return { share: percent(share), bake };
}

const percent = (text: string): string => (/^[\d.]+$/.test(text.trim()) ? `${text.trim()}%` : text.trim());
const withSign = (text: string): string => (text.startsWith('+') ? percentOf(text) : `+${percent(text)}`);
const percentOf = (text: string): string => `+${percent(text.slice(1))}`;
