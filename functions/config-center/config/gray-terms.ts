// Which readers of a namespace are given a gray revision: by their address or label, as Apollo has it, or a share of them.
import { z } from 'zod';
import { isInShare } from '../../../middleware/kernel/rules/gray.ts';
import { share } from '../../../middleware/kernel/rules/schema/values.ts';
import type { Gray, GrayTerms } from '../../../store/items/gray.ts';
import { basisPoints } from '../gray/plan-terms.ts';

const MOST = 100;

const ips = z
  .array(z.string().regex(/^[0-9A-Fa-f.:]{2,45}$/, 'is no IP address'))
  .min(1)
  .max(MOST);
const labels = z
  .array(z.string().regex(/^[^\s,]{1,128}$/, 'is 1 to 128 characters without spaces and commas'))
  .min(1)
  .max(MOST);

export const configGrayBody = z
  .strictObject({
    ips: ips
      .optional()
      .meta({ description: 'readers that say one of these addresses; any that has one of the labels, too' }),
    labels: labels.optional().meta({ description: 'readers that say one of these labels' }),
    share: share
      .refine((text) => basisPoints(text) !== 0, 'is too little: at least 0.01%')
      .optional()
      .meta({ description: 'in place of ips and labels: of the values of `by`' }),
    by: z.enum(['ip', 'label']).optional().meta({ description: 'what the share is a share of; `ip` unless given' }),
  })
  .superRefine(({ ips, labels, share, by }, context) => {
    const wrong = (place: string, message: string) => context.addIssue({ code: 'custom', path: [place], message });
    const isListed = ips !== undefined || labels !== undefined;
    if (!isListed && share === undefined) wrong('share', 'is required, unless ips or labels say who is meant');
    if (isListed && share !== undefined) wrong('share', 'is said in place of ips and labels, not beside them');
    if (isListed && by !== undefined)
      wrong('by', 'says what a share is a share of; ips and labels say themselves who is meant');
  })
  .meta({ id: 'ConfigGrayTerms' });

/** As the head holds it: the mechanism is that of rules. */
export function configTermsOf({ ips, labels, share, by = 'ip' }: z.infer<typeof configGrayBody>): GrayTerms {
  if (share !== undefined) return { by: 'key', key: by, share: basisPoints(share) ?? 0 };
  return {
    ...{ by: 'key', key: 'ip' },
    match: {
      ...(ips ? { ip: ips.map((ip) => ip.toLowerCase()).join(',') } : {}),
      ...(labels ? { label: labels.join(',') } : {}),
    },
  };
}

/** Who reads: what they say of themselves. */
export interface Reader {
  readonly ip: string;
  readonly label?: string | undefined;
}

/** Whether this reader is given the gray revision. */
export function isGiven(id: string, { revision, key, share, match = {} }: Gray, reader: Reader): boolean {
  if (share === undefined) {
    return Object.entries(match).some(([name, list]) => list.split(',').includes(saidBy(reader, name) ?? ''));
  }
  const value = saidBy(reader, key ?? '');
  return value !== undefined && isInShare(share, `${id}\n${revision}\n${value}`);
}

function saidBy({ ip, label }: Reader, name: string): string | undefined {
  if (name === 'label') return label === '' ? undefined : label;
  return name === 'ip' && ip !== '' ? ip.toLowerCase() : undefined;
}
