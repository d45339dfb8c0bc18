// What the routes answer that ask for no credentials.
import { z } from 'zod';
import type { Description } from '../../api/index.ts';

const health = z
  .object({
    status: z.enum(['up', 'down']),
    parts: z.array(z.object({ name: z.string(), up: z.boolean() })),
  })
  .meta({ id: 'Health' });

export const readHealth: Description = {
  summary: 'Read whether the control plane works',
  tags: ['about'],
  answers: {
    200: { description: 'All of it answers.', schema: health },
    503: { description: 'Some of it does not.', schema: health },
  },
};

/** Of the schemas that editors complete and check documents by. */
export const readSchemaOf = (documents: string): Description => ({
  summary: `Read the JSON Schema of ${documents}, for editors`,
  tags: ['about'],
  answers: {
    200: {
      description: 'A JSON Schema, draft 2020-12.',
      schema: z.looseObject({ $schema: z.string() }),
      mediaTypes: ['application/schema+json'],
    },
  },
});

export const readRuleSchema = readSchemaOf('rule documents');

export const readOpenApi: Description = {
  summary: 'Read the description of this API',
  tags: ['about'],
  answers: {
    200: {
      description: 'OpenAPI 3.1.',
      schema: z.looseObject({ openapi: z.string(), paths: z.looseObject({}) }),
    },
  },
};
