// The JSON Schema of rule documents, for editors.
import { z } from 'zod';
import { ruleDocument } from '../../middleware/kernel/rules/document.ts';
import { openRoute, text, type Route } from '../api/index.ts';

export function schemaRoutes(): Route[] {
  let body: string | undefined;
  return [
    // Open, since editors fetch schemas without credentials; it says nothing about any service.
    openRoute('GET', '/v1/schema/rules', async () => {
      body ??= JSON.stringify(z.toJSONSchema(ruleDocument, { io: 'input' }));
      return text(body, 'application/schema+json');
    }),
  ];
}
