// What the audit log takes and answers.
import { z } from 'zod';
import { moment, nextPage, paging, serviceParameter, shows, span, type Description } from '../../api/index.ts';

const entry = z
  .object({
    at: moment,
    id: z.string(),
    actor: z.string().meta({ description: 'the name of the key, or the bearer of the token' }),
    identity: z.string().optional().meta({
      description: '`key:<id>` or `jwt:<issuer>:<sub>`: tells those of one name apart, and stays when a name changes',
    }),
    action: z.string().meta({ description: 'rules.publish and the like' }),
    service: z.string().optional(),
    target: z.string().optional(),
    detail: z.looseObject({}).optional(),
    note: z.string().optional(),
  })
  .meta({ id: 'AuditEntry' });

export const listAudit: Description = {
  summary: 'List who changed what, newest first',
  tags: ['audit'],
  query: {
    service: serviceParameter.optional(),
    actor: z.string().optional().meta({ description: 'who did it, by name' }),
    identity: z.string().optional().meta({ description: 'who did it, whatever they are called' }),
    action: z.string().optional().meta({ description: '`rules.publish`; `rules.` is all that begins so' }),
    target: z.string().optional().meta({ description: 'to what, e.g. `draft` or `revision 3`' }),
    ...span,
    ...paging,
  },
  answers: shows(
    'A page of entries; of the last 30 days unless it is said. While there is a cursor there may be more.',
    z.object({ entries: z.array(entry), ...nextPage }),
  ),
};
