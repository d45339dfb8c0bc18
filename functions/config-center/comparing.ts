// What differs between rules that are sent and a version that is there: nothing is stored of them.
import { documentOf, json, route, type ApiRequest, type ApiResponse, type Route, diffDocuments } from '../api/index.ts';
import { compare } from './described/rules.ts';
import { validatedNow, warningsNow } from './drills.ts';
import type { Parts } from './parts.ts';
import { versionOf } from './revisions.ts';

export function comparingRoutes(parts: Parts): Route[] {
  return [
    route('POST', '/v1/services/{service}/diff', 'viewer', compare, (request) =>
      comparison(parts, request, request.params.service),
    ),
  ];
}

/** From a version to what was sent, as it would be published: with the baseline's defaults. @throws {Problem} 404, 422 */
async function comparison({ table }: Parts, request: ApiRequest, service: string): Promise<ApiResponse> {
  const from = request.query.get('from') ?? 'published';
  const document = await validatedNow(table, service, documentOf(request).value, request.at);
  const [before, warned] = await Promise.all([
    versionOf(table, service, from),
    warningsNow(table, service, document, request.at),
  ]);
  return json({ from, to: 'sent', changes: diffDocuments(before, document), ...warned });
}
