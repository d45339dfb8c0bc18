// What commands on a whole cell take and answer: pausing what can be shed, and stopping faults.
import { z } from 'zod';
import { moment, nextPage, paging, reasonGiven, shows, type Answer, type Description } from '../../api/index.ts';
import { MOST_NAMED } from '../pausing.ts';

const reached = {
  complete: z.boolean().meta({ description: 'false while there is something left to do' }),
  reached: z.int().meta({ description: 'how many services have it' }),
  failed: z.array(z.object({ service: z.string(), reason: z.string() })),
  ...nextPage,
};

const goingOn = {
  cursor: z.string().optional().meta({ description: 'goes on with what an answer of 202 left; the body is not read' }),
};

/** 202 while there is something left to do. */
function spreads(schema: z.ZodType, headers: Answer['headers'] = {}): Record<200 | 202, Answer> {
  return {
    200: { description: 'Every service that is meant has it.', schema, headers },
    202: { description: 'Some services are left: call again with the `cursor`, or look at `failed`.', schema, headers },
  };
}

const pause = z
  .object({ priority: z.enum(['sheddable', 'normal']), until: moment, reason: z.string(), by: z.string(), at: moment })
  .meta({ id: 'Pause' });

export const pauseBody = z.strictObject({
  priority: z.enum(['sheddable', 'normal']).meta({ description: 'this and what matters less' }),
  for: z.string().optional().meta({ description: '30m, 2h; at most 24h' }),
  until: z.union([z.string(), z.int()]).optional().meta({ description: 'in place of for' }),
  reason: reasonGiven,
  services: z.array(z.string()).min(1).max(MOST_NAMED).optional().meta({ description: 'all when it is left out' }),
});

const etag = { etag: 'Of what is paused in the cell, for `If-Match`.' };
const ifMatch = { 'if-match': 'Does nothing unless what is paused in the cell is still what was looked at.' };
const pausing = z.object({ pause: pause.nullable(), ...reached });
const paused = {
  409: 'Somebody else changed at this moment what is paused.',
  412: 'What is paused is not what `If-Match` names.',
};

export const readShed: Description = {
  summary: 'Read what is paused in the cell, and service by service',
  tags: ['shedding'],
  query: paging,
  answers: shows(
    'The pause of the cell, and a page of services that are paused.',
    z.object({
      pause: pause.nullable(),
      services: z.array(pause.extend({ service: z.string() }).meta({ id: 'ServicePause' })),
      ...nextPage,
    }),
    etag,
  ),
};

export const pauseShed: Description = {
  summary: 'Pause what can be shed, in the cell or some services, for a time',
  tags: ['shedding'],
  query: goingOn,
  headers: ifMatch,
  body: {
    schema: pauseBody,
    optional: true,
    examples: { cell: { priority: 'sheddable', for: '30m', reason: 'the database is being moved' } },
  },
  answers: spreads(pausing, etag),
  problems: paused,
};

export const liftShed: Description = {
  summary: 'Lift what is paused, in the cell or some services',
  tags: ['shedding'],
  query: {
    services: z.string().optional().meta({ description: 'names separated by commas; all when it is left out' }),
    ...goingOn,
  },
  headers: ifMatch,
  answers: spreads(pausing, etag),
  problems: { ...paused, 422: 'A service that is named cannot be paused.' },
};

const stop = z.object({ reason: z.string(), by: z.string(), at: moment }).meta({ id: 'FaultStop' });

export const readFaults: Description = {
  summary: 'Read which faults are injected where, and whether they are stopped',
  tags: ['faults'],
  query: paging,
  answers: shows(
    'What is stopped in the cell, and a page of services that have faults or are stopped.',
    z.object({
      stopped: stop.nullable(),
      services: z.array(
        z.object({
          service: z.string(),
          stopped: stop.nullable(),
          faults: z.array(
            z
              .looseObject({
                name: z.string(),
                until: z.string(),
                inForce: z.boolean(),
                over: z.boolean(),
              })
              .meta({ description: 'the rule as it was published, and whether it is in force' }),
          ),
        }),
      ),
      ...nextPage,
    }),
  ),
};

export const stopBody = z.strictObject({
  reason: reasonGiven,
  services: z.array(z.string()).min(1).max(MOST_NAMED).optional().meta({ description: 'all when it is left out' }),
});

const commandFaults = (summary: string): Description => ({
  summary,
  tags: ['faults'],
  query: goingOn,
  body: { schema: stopBody, optional: true, examples: { cell: { reason: 'the drill is over' } } },
  answers: spreads(z.object({ stopped: stop.nullable(), ...reached })),
  problems: { 409: 'Somebody else stopped or resumed faults at this moment.' },
});

export const stopFaults = commandFaults('Stop all faults, in the cell or some services');
export const resumeFaults = commandFaults('Let faults be injected again, in the cell or some services');
