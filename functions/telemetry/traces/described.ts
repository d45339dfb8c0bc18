// What the routes of traces take and answer.
import { z } from 'zod';
import { moment, nextPage, paging, serviceParameter, shows, span, type Description } from '../../api/index.ts';

const trace = {
  id: z.string(),
  at: moment,
  durationMs: z.number().nullable(),
  service: z.string().nullable(),
  resource: z.string().nullable(),
  outcome: z.string().nullable(),
  services: z.array(z.string()),
  segments: z.int(),
};

const segment = z
  .object({
    id: z.string(),
    name: z.string(),
    origin: z.string().nullable(),
    at: moment,
    durationMs: z.number().nullable(),
    trouble: z.enum(['throttle', 'fault', 'error']).optional(),
    annotations: z.looseObject({}).optional(),
    errors: z.array(z.object({ name: z.string(), message: z.string() })).optional(),
    links: z.array(z.string()).optional(),
    get children() {
      return z.array(segment);
    },
  })
  .meta({ id: 'Segment' });

const tags = ['telemetry'] as const;
const ELSEWHERE = { 501: 'On AWS traces are in X-Ray; `link` says where.' };

const name = z.string().min(1, 'is empty').max(160, 'is at most 160 characters long');

export const listTraces: Description = {
  summary: 'List traces',
  tags,
  query: {
    service: serviceParameter.optional(),
    outcome: z.string().optional().meta({
      description: 'ok, error, timeout, refused, 5xx, 404, business:CODE',
      pattern: '^[A-Za-z0-9:_.-]{1,80}$',
    }),
    resource: name.optional(),
    rule: name.optional().meta({ description: 'what refused something in it: `per-client`, or `throttle/per-client`' }),
    minDuration: z.string().optional().meta({ description: 'how long all of it took at least: 500ms, 2s' }),
    ...span,
    ...paging,
  },
  answers: shows(
    'A page of traces. Where few fit it may be short or empty, and yet another follow.',
    z.object({ traces: z.array(z.object(trace).meta({ id: 'Trace' })), ...nextPage }),
  ),
  problems: ELSEWHERE,
};

export const readTrace: Description = {
  summary: 'Read a trace as the tree of what called what',
  tags,
  params: {
    id: z
      .string()
      .regex(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/)
      .meta({ description: 'as X-Ray names it', examples: ['1-5759e988-bd862e3fe1be46a994272793'] }),
  },
  answers: shows('The trace.', z.object({ ...trace, tree: z.array(segment) })),
  problems: { ...ELSEWHERE, 404: 'There is no such trace; they are kept for a while only.' },
};
