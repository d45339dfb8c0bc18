// Answers of the control plane taken apart: JSON objects, and lists that come in pages.
import { strange, type Answer, type ControlPlane } from './control-plane.ts';
import { isObject, textOf } from './problem.ts';

export type Fields = Readonly<Record<string, unknown>>;

const LARGEST_PAGE = 200;

/** @throws {Unreachable} when it is none. */
export function fieldsOf(answer: Answer, what: string): Fields {
  try {
    const value: unknown = JSON.parse(answer.text);
    if (isObject(value)) return value;
  } catch {
    // Told below, together with JSON that is no object.
  }
  throw strange(what, answer);
}

export const jsonBody = (value: object) => ({ text: JSON.stringify(value), type: 'application/json' });

export interface Listed {
  readonly rows: readonly Fields[];
  /** Whether there are more than were wanted. */
  readonly more: boolean;
  /** What the first page said besides. */
  readonly besides: Fields;
}

/** Page by page, until there are no more or as many as are wanted. `member` names the list in each page. */
export async function listed(
  controlPlane: ControlPlane,
  path: string,
  member: string,
  { query = new URLSearchParams(), most = Infinity }: { readonly query?: URLSearchParams; readonly most?: number } = {},
): Promise<Listed> {
  const rows: Fields[] = [];
  let besides: Fields = {};
  let cursor: string | undefined;
  do {
    const page = new URLSearchParams(query);
    page.set('limit', String(Math.min(LARGEST_PAGE, most - rows.length)));
    if (cursor !== undefined) page.set('cursor', cursor);
    const answer = await controlPlane.ask('GET', `${path}?${page.toString()}`);
    const told = fieldsOf(answer, `a list of ${member}`);
    const found = told[member];
    if (!Array.isArray(found)) throw strange(`a list of ${member}`, answer);
    if (cursor === undefined) besides = told;
    rows.push(...found.filter(isObject));
    cursor = textOf(told['cursor']);
  } while (cursor !== undefined && rows.length < most);
  return { rows, more: cursor !== undefined, besides };
}

/** A text as it stands in a table: nothing for what is not there. */
export function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A moment without what nobody reads: `2027-01-01 12:00:05`. */
export function moment(value: unknown): string {
  return cell(value).replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d).*$/, '$1 $2');
}
