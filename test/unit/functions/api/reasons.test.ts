// What people do with a reason: blanks are none, whatever it is that they do.
import { describe, expect, it } from 'vitest';
import type { ZodType } from 'zod';
import { acknowledgeBody, sendNowBody } from '../../../../functions/alerting/described-acts.ts';
import { silenceBody } from '../../../../functions/alerting/described-silences.ts';
import { bodyOf } from '../../../../functions/api/body.ts';
import { Problem } from '../../../../functions/api/problem.ts';
import { requestOf } from '../../../../functions/api/request.ts';
import { pauseBody as jobPauseBody, resumeBody } from '../../../../functions/batch-monitor/described-acts.ts';
import { startBody } from '../../../../functions/batch-monitor/described-start.ts';
import { forceBody } from '../../../../functions/config-center/described/breakers.ts';
import { pauseBody as shedBody, stopBody } from '../../../../functions/config-center/described/cell.ts';
import { httpV2 } from '../../../support/events.ts';

const acts: readonly [string, ZodType, object][] = [
  ['a silence', silenceBody, { match: { service: ['orders'] }, for: '1h' }],
  ['acknowledging an alert', acknowledgeBody, {}],
  ['sending an alert now', sendNowBody, {}],
  ['forcing a breaker', forceBody, { state: 'FORCED_OPEN', for: '30m' }],
  ['pausing what matters less', shedBody, { priority: 'sheddable', for: '30m' }],
  ['stopping faults', stopBody, {}],
  ['pausing or acknowledging a job', jobPauseBody, {}],
  ['resuming a job', resumeBody, {}],
  ['starting a job', startBody, {}],
];

function read(body: object, schema: ZodType): unknown {
  const event = httpV2({ body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  return bodyOf(requestOf(event, 'request-1', 0), schema);
}

function refusalOf(body: object, schema: ZodType): Problem {
  try {
    read(body, schema);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe.each(acts)('the reason of %s', (_act, schema, rest) => {
  it.each(['', ' ', '\n\t', '\u00a0'])('is none where it is %j', (reason) => {
    const refusal = refusalOf({ ...rest, reason }, schema);
    expect(refusal.status).toBe(422);
    expect(refusal.errors.map(({ path }) => path)).toEqual(['/reason']);
  });

  it.each(['\u200b\u200b', '\u3164', 'we are on it \u202eadmin', 'a\u0000b', '\u001b[31mred', 'half \ud800'])(
    'is refused where it cannot be read as it is written: %j',
    (reason) => {
      const refusal = refusalOf({ ...rest, reason }, schema);
      expect(refusal.status).toBe(422);
      expect(refusal.errors.map(({ path }) => path)).toEqual(['/reason']);
    },
  );

  it.each(['one line\r\n\tand another', 'copied\u200b from a chat', 'می\u200cخواهم', 'on it 👩\u200d💻'])(
    'may be whatever people write: %j',
    (reason) => {
      expect(read({ ...rest, reason }, schema)).toMatchObject({ reason });
    },
  );

  it('may be a word, and begin with a blank', () => {
    expect(read({ ...rest, reason: ' drill' }, schema)).toMatchObject({ reason: ' drill' });
  });
});
