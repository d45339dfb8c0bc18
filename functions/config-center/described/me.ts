// What the route answers that tells callers who they are.
import { z } from 'zod';
import { ROLES } from '../../../store/items/api-keys.ts';
import { moment, shows, type Description } from '../../api/index.ts';

export const readMe: Description = {
  summary: 'Read who one is',
  details: 'Of the key or the token that is sent: for pages and programs that show only what its bearer may do.',
  tags: ['keys'],
  answers: shows(
    'Who the caller is, and where.',
    z
      .object({
        name: z.string().meta({ description: 'as the audit log has it' }),
        identity: z.string().meta({ description: 'whatever the name is: `key:<id>` or `jwt:<issuer>:<sub>`' }),
        role: z.enum(ROLES),
        services: z.array(z.string()).optional().meta({ description: 'all when it is left out' }),
        until: moment.optional().meta({ description: 'when the key ends; none of one that does not, and of tokens' }),
        cell: z.string().meta({ description: '`<account>:<Region>:<stage>`' }),
        stage: z.string(),
      })
      .meta({ id: 'Me' }),
  ),
};
