// What a baseline is: what every service's rules have unless they say otherwise, and what none of them may say.
import { z } from 'zod';
import { name, rulesOf } from '../../../middleware/kernel/rules/schema/values.ts';

const MOST_GUARDRAILS = 100;
const MOST_SERVICES = 200;
const MOST_APPROVALS = 10;

const POINTER = 'a place in a rule document, such as /resources/*/deadline/timeout; * stands for every name';

const bound = z.union([z.number(), z.string().min(1).max(64)], 'a number, or a value such as 5s, 100/s, 50%, 10mb');

const MEANS = ['required', 'forbidden', 'max', 'min', 'oneOf'] as const;

const guardrail = z
  .strictObject({
    at: z
      .string()
      .max(512)
      .check(z.regex(/^(\/([^/~]|~[01])+)+$/, POINTER))
      .meta({ description: POINTER }),
    required: z.literal(true).optional().meta({ description: 'it must be there' }),
    forbidden: z.literal(true).optional().meta({ description: 'it must not be there' }),
    max: bound.optional().meta({ description: 'the largest number, duration, rate, share or size it may be' }),
    min: bound.optional().meta({ description: 'the smallest' }),
    oneOf: z
      .array(z.union([z.string(), z.number(), z.boolean()]))
      .min(1)
      .max(50)
      .optional()
      .meta({ description: 'the only values it may have' }),
    triggers: z
      .array(z.enum(['http', 'queue', 'bucket', 'topic', 'event', 'schedule', 'stream', 'direct']))
      .min(1)
      .optional()
      .meta({ description: 'of resources: only those that such events can reach' }),
    except: z.array(name).min(1).max(MOST_SERVICES).optional().meta({ description: 'services it does not hold for' }),
    because: z.string().min(1).max(256).optional().meta({ description: 'why, for those whom it stops' }),
  })
  .refine((one) => MEANS.some((mean) => one[mean] !== undefined), {
    error: `says nothing; give at least one of ${MEANS.join(', ')}`,
  })
  .refine(({ required, forbidden }) => !(required && forbidden), { error: 'required and forbidden contradict' })
  .refine(({ at, triggers }) => triggers === undefined || at.startsWith('/resources/'), {
    path: ['triggers'],
    error: 'means something below /resources/ alone',
  });

export const baselineDocument = z.strictObject({
  apiVersion: z.literal('flyball/v1'),
  kind: z.literal('baseline'),
  owner: z.string().min(1).max(128).optional(),
  approvals: z
    .strictObject({
      publish: z
        .int()
        .min(1)
        .max(MOST_APPROVALS)
        .meta({ description: 'how many others must agree to a draft before its author or anybody publishes it' }),
    })
    .optional()
    .meta({ description: 'four eyes, from when this is published; where the deployment asks for more, that counts' }),
  defaults: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'parts of rule documents; under the name * for every rule of a section' }),
  guardrails: rulesOf(guardrail, MOST_GUARDRAILS, 'guardrails').optional(),
});

export type Baseline = z.infer<typeof baselineDocument>;
export type Guardrail = z.infer<typeof guardrail>;
