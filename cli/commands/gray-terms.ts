// Which part of the fleet is meant, and how it goes on, from the options of `flyball gray start`.
import type { Fields } from '../answers.ts';
import type { Given } from '../command.ts';
import { WrongUsage } from '../failure.ts';

/**
 * As the control plane takes them, which says what is wrong with one: but for slips that are seen from here, before the
 * draft is replaced.
 */
export function termsOf({ text }: Given): Fields {
  const [share, by, versions, match] = [text('share'), text('by'), text('versions'), text('match')];
  const [steps, abortWhen, without] = [text('steps'), text('abort-when'), text('if-too-little-traffic')];
  if ([share, versions, match, steps].every((one) => one === undefined)) {
    throw new WrongUsage('Say which part of the fleet: --share 5%, --steps, --versions or --match.');
  }
  if (share !== undefined && steps !== undefined) {
    throw new WrongUsage('The first of --steps says the share: leave out --share.');
  }
  return {
    ...(share === undefined ? {} : { share: shareOf(share) }),
    ...(by === undefined ? {} : { by }),
    ...(versions === undefined ? {} : { versions: versions.split(',').map((one) => one.trim()) }),
    ...(match === undefined ? {} : { match: Object.fromEntries(pairsOf(match, 'match', 'method=POST,path=/orders')) }),
    ...(steps === undefined ? {} : { steps: steps.split(',').map(stepOf) }),
    ...(abortWhen === undefined ? {} : { abortWhen: conditionOf(abortWhen) }),
    ...(without === undefined ? {} : { ifTooLittleTraffic: without }),
  };
}

function pairsOf(text: string, option: string, example: string): (readonly [string, string])[] {
  return text.split(',').map((pair) => {
    const [, name, value] = /^\s*([a-zA-Z0-9]+)=(.+?)\s*$/.exec(pair) ?? [];
    if (name === undefined || value === undefined) throw new WrongUsage(`--${option} is ${example}, not "${text}".`);
    return [name, value] as const;
  });
}

/** A number alone might be meant as a percentage or as a share of one. */
function shareOf(text: string): string {
  if (/^\s*[0-9.]+\s*$/.test(text)) throw new WrongUsage(`A share is a percentage: ${text.trim()}%, not "${text}".`);
  return text;
}

function stepOf(text: string) {
  const [, share, bake] = /^\s*([^:]+):([^:]+?)\s*$/.exec(text) ?? [];
  if (share === undefined) throw new WrongUsage(`A step is a share and a time, 5%:10m, not "${text}".`);
  return { share: shareOf(share), bake };
}

function conditionOf(text: string): Fields {
  const pairs = pairsOf(text, 'abort-when', 'errors=+2%,refusals=+5%,p99=+20%,minimumSample=500');
  return Object.fromEntries(
    pairs.map(([name, value]) => [name, name === 'minimumSample' && /^[0-9]+$/.test(value) ? Number(value) : value]),
  );
}
