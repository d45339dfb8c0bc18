// What a publisher says of the part of the fleet that is to be given a revision first, and how it is shown.
import { z } from 'zod';
import { resource } from '../../../middleware/kernel/rules/schema/resources.ts';
import { throttleKey } from '../../../middleware/kernel/rules/schema/throttles.ts';
import { share } from '../../../middleware/kernel/rules/schema/values.ts';
import type { Gray, GrayTerms } from '../../../store/items/gray.ts';
import { moment } from '../../api/index.ts';
import { basisPoints, planFields } from './plan-terms.ts';

const MOST_VERSIONS = 20;
const WHOLE = 10_000;

const version = z
  .string()
  .regex(
    /^(\$LATEST|[0-9]{1,19}|[A-Za-z0-9_-]{1,128})$/,
    'is a version of the function, $LATEST or the name of an alias',
  );

export const grayBody = z
  .strictObject({
    share: share
      .refine((text) => basisPoints(text) !== 0, 'is too little: at least 0.01%')
      .optional()
      .meta({ description: 'of the instances, or of the values of the key in `by`' }),
    by: z
      .union(
        [z.literal('instance'), throttleKey],
        'one of instance, client, ip, source, header:NAME, query:NAME, path:NAME, claim:NAME',
      )
      .optional()
      .meta({ description: '`instance` unless given; a request without the key is not in it' }),
    versions: z
      .array(version)
      .min(1)
      .max(MOST_VERSIONS)
      .optional()
      .meta({ description: 'versions of the Lambda function, or aliases it is invoked by' }),
    match: resource.shape.match
      .refine(
        (match) => Object.keys(match).length > 0,
        'says nothing: name at least one of trigger, method, path, source, function',
      )
      .optional()
      .meta({ description: 'as the `match` of a resource' }),
    ...planFields,
  })
  .superRefine(({ share, by = 'instance', versions, match, steps, abortWhen, ifTooLittleTraffic }, context) => {
    const wrong = (place: string, message: string) => context.addIssue({ code: 'custom', path: [place], message });
    if (ifTooLittleTraffic && !steps && !abortWhen) {
      wrong('ifTooLittleTraffic', 'says nothing without steps or abortWhen: nobody judges it');
    }
    if (steps) {
      if (share !== undefined && steps.length > 0) wrong('share', 'is what the first of the steps says: leave it out');
      const isWhole = basisPoints(steps.at(-1)?.share ?? '') === WHOLE;
      if (isWhole && !versions && !match)
        wrong('steps', 'leave no rest to compare with at 100%: after the last, all are given it');
      return;
    }
    if (by !== 'instance' && share === undefined) wrong('share', `is required: of the values of ${by}`);
    if (by === 'instance' && share === undefined && !versions && !match) {
      wrong('share', 'is required, unless versions or a match say who is meant');
    }
  })
  .meta({ id: 'GrayTerms' });

/** As the head holds it. */
export function termsOf({ share, by = 'instance', versions, match, steps }: z.infer<typeof grayBody>): GrayTerms {
  const first = share ?? steps?.[0]?.share;
  return {
    ...(by === 'instance' ? { by } : { by: 'key', key: by }),
    ...(first === undefined ? {} : { share: basisPoints(first) ?? WHOLE }),
    ...(versions === undefined ? {} : { versions }),
    ...(match === undefined ? {} : { match: textsOf(match) }),
  };
}

function textsOf(match: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(match).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
  );
}

export const grayShown = z
  .object({
    revision: z.int(),
    startedAt: moment,
    by: z.string(),
    share: z.string().optional(),
    versions: z.array(z.string()).optional(),
    match: z.record(z.string(), z.string()).optional(),
    needs: z.string().optional().meta({ description: 'the oldest library that understands it' }),
  })
  .meta({ id: 'Gray' });

export function shownGray(gray: Gray): z.infer<typeof grayShown> {
  const { revision, startedAt, key, share, versions, match, needs } = gray;
  return {
    revision,
    startedAt: new Date(startedAt).toISOString(),
    by: key ?? 'instance',
    ...(share === undefined ? {} : { share: shareOf(share) }),
    ...(versions === undefined ? {} : { versions: [...versions] }),
    ...(match === undefined ? {} : { match: { ...match } }),
    ...(needs === undefined ? {} : { needs }),
  };
}

/** Basis points as they are written. */
export function shareOf(points: number): string {
  return `${points / 100}%`;
}
