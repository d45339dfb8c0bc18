// How a gray publication goes on by itself: its steps, when it takes itself back, and what becomes of it without traffic.
import { z } from 'zod';
import { duration, share } from '../../../middleware/kernel/rules/schema/values.ts';
import { parseDuration, parseShare } from '../../../middleware/kernel/units.ts';
import type { GrayPlan, GrayStep, PlanTerms } from '../../../store/items/gray-plan.ts';
import type { Margins } from './verdict.ts';

const MOST_STEPS = 20;
const WHOLE = 10_000;
const SHORTEST_BAKE_MS = 60_000;
/** What is told by revision is kept a little longer. */
const LONGEST_BAKE_MS = 24 * 3_600_000;
const MOST_TIMES_SLOWER = 10;

/** Without a plan's own: what most would say. */
const DEFAULT_MARGINS: NonNullable<GrayPlan['abortWhen']> = { errors: '+2%', refusals: '+5%', p99: '+20%' };
const DEFAULT_SAMPLE = 200;

const margin = (most: number, what: string) =>
  z
    .string(`${what} such as +2%`)
    .refine(
      (text) => marginOf(text) <= most,
      `is not ${what}; write + and a percentage up to ${most * 100}, such as +2%`,
    )
    .meta({ description: `for example +2%` });

/** NaN when it is none. */
function marginOf(text: string): number {
  const found = /^\+([0-9]{1,4}(?:\.[0-9]{1,2})?)%$/.exec(text);
  return found ? Number(found[1]) / 100 : NaN;
}

export const planFields = {
  steps: z
    .array(z.strictObject({ share, bake: duration.meta({ description: 'from 1m to 24h' }) }))
    .min(1)
    .max(MOST_STEPS)
    .superRefine((steps, context) => {
      let before = 0;
      for (const [i, step] of steps.entries()) {
        const wrong = (place: string, message: string) =>
          context.addIssue({ code: 'custom', path: [i, place], message });
        const points = basisPoints(step.share);
        if (points === undefined) continue;
        if (points <= before)
          wrong('share', before === 0 ? 'is too little: at least 0.01%' : 'must grow with each step');
        before = points;
        const bakeMs = durationMs(step.bake);
        if (bakeMs !== undefined && (bakeMs < SHORTEST_BAKE_MS || bakeMs > LONGEST_BAKE_MS)) {
          wrong('bake', 'is a time from 1m to 24h');
        }
      }
    })
    .optional()
    .meta({ description: 'shares one after the other, each for its time; after the last it is promoted' }),
  abortWhen: z
    .strictObject({
      errors: margin(1, 'a margin')
        .optional()
        .meta({ description: 'percentage points more failures, of what is let in' }),
      refusals: margin(1, 'a margin').optional().meta({ description: 'percentage points more refusals' }),
      p99: margin(MOST_TIMES_SLOWER, 'a margin')
        .optional()
        .meta({ description: 'a longer 99th percentile, relatively' }),
      minimumSample: z.int().min(50).max(1_000_000).optional().meta({ description: 'of each side; 200 unless given' }),
    })
    .refine((when) => [when.errors, when.refusals, when.p99].some((text) => text !== undefined), {
      message: 'says nothing: name at least one of errors, refusals, p99',
    })
    .optional()
    .meta({ description: 'how much worse than the rest takes it back; with steps +2%, +5% and +20% unless given' }),
  ifTooLittleTraffic: z
    .enum(['extend', 'abort', 'promote'])
    .optional()
    .meta({ description: 'what becomes of it when too little came to judge by; `extend` unless given' }),
} as const;

type Planned = z.infer<z.ZodObject<typeof planFields>>;

/** As the store holds them. */
export function planTermsOf({ steps, abortWhen, ifTooLittleTraffic }: Planned): PlanTerms {
  return {
    ...(steps ? { steps: steps.map(stepOf) } : {}),
    ...(abortWhen ? { abortWhen: Object.fromEntries(Object.entries(abortWhen)) } : {}),
    ...(ifTooLittleTraffic ? { ifTooLittleTraffic } : {}),
  };
}

function stepOf({ share, bake }: { readonly share: string; readonly bake: string }): GrayStep {
  return { share: basisPoints(share) ?? WHOLE, bakeMs: parseDuration(bake) };
}

/** By what it is judged. */
export function marginsOf({ abortWhen }: Pick<GrayPlan, 'abortWhen'>): Margins {
  const { errors, refusals, p99, minimumSample } = abortWhen ?? DEFAULT_MARGINS;
  const margin = (text: unknown) => (typeof text === 'string' ? marginOf(text) : undefined);
  const [e, r, p] = [margin(errors), margin(refusals), margin(p99)];
  return {
    ...(e === undefined ? {} : { errors: e }),
    ...(r === undefined ? {} : { refusals: r }),
    ...(p === undefined ? {} : { p99: p }),
    minimumSample: typeof minimumSample === 'number' ? minimumSample : DEFAULT_SAMPLE,
  };
}

/** Undefined for what is no share, which is said already. */
export function basisPoints(text: string): number | undefined {
  try {
    return Math.round(parseShare(text) * WHOLE);
  } catch {
    return undefined;
  }
}

function durationMs(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}
