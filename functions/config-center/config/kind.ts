// Free-form configuration as a kind of document: texts by keys, or one text.
import { stringify } from 'yaml';
import { namespaceOf } from '../../../store/config-id.ts';
import { json, text, type ApiResponse, type OpenRequest, type ReadDocument, wantsYaml } from '../../api/index.ts';
import type { Kind } from '../kinds.ts';
import { formatOf, type Format } from './names.ts';
import { writeProperties, type Values } from './properties.ts';
import { secretsIn } from './secrets.ts';
import { propertiesOfSource, readConfig, valuesOfSource } from './values.ts';

export const configKind: Kind = {
  name: 'config',
  read: (id, request) => readConfig(formatOfId(id), request),
  valueOf: (id, source) => valuesOfSource(formatOfId(id), source),
  // Reading it has found all there is to find.
  validate: (_table, _id, value) => Promise.resolve(value as Values),
  validAgain: (_id, document) => document as Values,
  warnings: (_table, id, document) => {
    const warnings = formatOfId(id) === 'properties' ? secretsIn(document as Values) : [];
    return Promise.resolve(warnings.length > 0 ? { warnings } : {});
  },
  newFields: () => [],
  show: (id, request, document, headers) => shown(formatOfId(id), request, document, headers),
};

function formatOfId(id: string): Format {
  return formatOf(namespaceOf(id)?.namespace ?? '');
}

/** What a namespace that is one text is answered as. */
export const CONTENT_TYPES: Readonly<Record<Exclude<Format, 'properties'>, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  xml: 'application/xml',
  txt: 'text/plain; charset=utf-8',
};

/** One text as it is; keys and values as JSON, or as YAML or properties where these are accepted. */
function shown(
  format: Format,
  request: OpenRequest,
  { source, value }: ReadDocument,
  headers: Readonly<Record<string, string>>,
): ApiResponse {
  const varying = { headers: { vary: 'accept', ...headers } };
  if (format !== 'properties') return text(source, CONTENT_TYPES[format], varying);
  const own = propertiesOfSource(source);
  if (wantsYaml(request)) {
    const isYaml = own === undefined && !source.trimStart().startsWith('{');
    return text(isYaml ? source : stringify(value), 'application/yaml', varying);
  }
  if (/\btext\/(plain|x-java-properties)\b/.test(request.headers.get('accept') ?? '')) {
    return text(own ?? writeProperties(value as Values), 'text/plain; charset=utf-8', varying);
  }
  return json(value, varying);
}
