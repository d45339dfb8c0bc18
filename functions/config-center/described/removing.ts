// What removing rules takes and answers.
import { z } from 'zod';
import { moment, shows, type Description } from '../../api/index.ts';

export const remove: Description = {
  summary: 'Remove the rules of a service: its functions run without any within seconds',
  details:
    'It is a revision like any other, which holds no rules: the history stays, and a rollback to an earlier revision ' +
    'puts that in force again. The draft stays as it is. Where the baseline in force requires something of the ' +
    'service, it takes an admin; where others must approve what is published, rules go only once a document without ' +
    'any is in force.',
  tags: ['rules'],
  headers: { 'if-match': 'Required: the ETag of the rules in force, as `GET …/rules` gives it; `*` for any.' },
  query: { note: z.string().max(1000).optional().meta({ description: 'why, for the history' }) },
  answers: shows(
    'Nothing is in force.',
    z.object({
      revision: z.int().meta({ description: 'the one that stands for there being none' }),
      seq: z.int(),
      removedAt: moment,
    }),
  ),
  problems: {
    403: 'The role does not reach: the baseline requires rules (admin), or four eyes look at what is published.',
    404: 'The service has no published rules.',
    409: 'Somebody else published meanwhile, or a gray publication is under way.',
    412: 'Another revision is in force than `If-Match` names.',
    428: 'It was not said which rules are to be removed.',
  },
};
