// The page of the console: its template with what the bundler made, by the names that it gave. Pure.

/** What the page is told of a file that the bundler made. */
export interface Output {
  readonly entryPoint?: string;
  readonly cssBundle?: string;
  readonly imports: readonly { readonly path: string; readonly kind: string }[];
}

/** Where the function serves assets. */
const ASSETS = '/console/assets/';
const STYLES = '<!-- styles -->';
const SCRIPTS = '<!-- scripts -->';

/**
 * The template with its places filled in: every stylesheet, the entry's first, since the bundler loads none of those of
 * screens; the entry; and what the entry imports before it can run.
 * @throws {Error} when the template lacks a place.
 */
export function pageOf(template: string, outputs: Readonly<Record<string, Output>>): string {
  const [entryName, entry] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === 'main.tsx') ?? [];
  if (entryName === undefined || entry === undefined) throw new Error('console: the bundler made nothing of main.tsx');
  const sheets = Object.keys(outputs).filter((name) => name.endsWith('.css'));
  const first = (name: string) => (name === entry.cssBundle ? 0 : 1);
  const styles = sheets.toSorted((a, b) => first(a) - first(b) || (a < b ? -1 : 1));
  const preloads = [...importedBy(entryName, outputs)].filter((name) => name !== entryName).sort();
  return filled(
    filled(
      template,
      STYLES,
      styles.map((name) => `<link rel="stylesheet" href="${ASSETS}${name}" />`),
    ),
    SCRIPTS,
    [
      `<script type="module" src="${ASSETS}${entryName}"></script>`,
      ...preloads.map((name) => `<link rel="modulepreload" href="${ASSETS}${name}" />`),
    ],
  );
}

/** The file and all that it imports at once, however far. */
function importedBy(
  name: string,
  outputs: Readonly<Record<string, Output>>,
  seen = new Set<string>(),
): ReadonlySet<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const { path, kind } of outputs[name]?.imports ?? []) {
    if (kind === 'import-statement') importedBy(path, outputs, seen);
  }
  return seen;
}

function filled(template: string, place: string, lines: readonly string[]): string {
  const at = template.indexOf(place);
  if (at < 0) throw new Error(`console: index.html has no ${place}, where the build puts what it made`);
  return template.slice(0, at) + lines.join('') + template.slice(at + place.length);
}
