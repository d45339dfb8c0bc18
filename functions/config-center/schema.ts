// The JSON Schema of rule documents, for editors.
import { z } from 'zod';
import { ruleDocument } from '../../middleware/kernel/rules/document.ts';
import { openRoute, text, type Route } from '../api/index.ts';
import { readRuleSchema } from './described/open.ts';

/** A JSON Schema, as far as anything here looks into one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Names the schema wherever it is served; a later apiVersion is another schema. */
const ID = 'urn:flyball:schema:rules:v1';

let made: JsonSchema | undefined;

/** The schema of rule documents; made once, when it is first asked for. */
export function ruleSchema(): JsonSchema {
  made ??= { $id: ID, title: 'flyball rules', ...z.toJSONSchema(ruleDocument, { io: 'input' }) } as JsonSchema;
  return made;
}

export function schemaRoutes(): Route[] {
  let body: string | undefined;
  return [
    // Open, since editors fetch schemas without credentials; it says nothing about any service.
    openRoute('GET', '/v1/schema/rules', readRuleSchema, async () => {
      body ??= JSON.stringify(ruleSchema());
      return text(body, 'application/schema+json');
    }),
  ];
}
