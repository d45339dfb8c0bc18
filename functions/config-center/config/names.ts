// Names of namespaces: what they may be, and which kind of text their ending promises.
import { notFound } from '../../api/index.ts';

/** As Apollo's, in lower case: `application`, `db.settings`, `features.yaml`. */
export const NAMESPACE_PATTERN = /^[a-z0-9]([a-z0-9_.-]{0,62}[a-z0-9])?$/;

/** What a namespace without such an ending holds: keys and values. */
export type Format = 'properties' | 'json' | 'yaml' | 'xml' | 'txt';

const FORMATS: Readonly<Record<string, Format>> = { json: 'json', yaml: 'yaml', yml: 'yaml', xml: 'xml', txt: 'txt' };

/** Anything else than `properties` is one text, which readers get as the value of `content`. */
export function formatOf(namespace: string): Format {
  const ending = /\.([a-z]+)$/.exec(namespace)?.[1] ?? '';
  return Object.hasOwn(FORMATS, ending) ? (FORMATS[ending] ?? 'properties') : 'properties';
}

/** As it is kept, however it is written: Apollo's clients may say `.properties`, and its names have no case. */
export function namespaceNamed(text: string): string {
  return text.toLowerCase().replace(/\.properties$/, '');
}

/** @throws {Problem} 404 for what cannot be the name of one. */
export function requireNamespace(text: string): string {
  if (NAMESPACE_PATTERN.test(text) && !text.endsWith('.properties')) return text;
  throw notFound(
    'A namespace has a name of 1 to 64 lower-case letters, digits, dots, hyphens and underscores, which do not begin or ' +
      'end it; "application.properties" is "application".',
  );
}
