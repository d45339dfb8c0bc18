// Addresses of the map: what is chosen is in the path, how it is shown in the query, which stays as it is.
import { placeNow, to } from '../../router/router.tsx';
import type { Arrow } from './layers.ts';

export type Chosen = { readonly node: string } | { readonly edge: Arrow } | undefined;

export function chosenOf([kind, first, second]: readonly string[]): Chosen {
  if (kind === 'node' && first !== undefined) return { node: first };
  if (kind === 'edge' && first !== undefined && second !== undefined) return { edge: { from: first, to: second } };
  return undefined;
}

const withQuery = (path: string): string => {
  const query = placeNow().query.toString();
  return query === '' ? path : `${path}?${query}`;
};

export const toMap = (): string => withQuery('/topology');
export const toNode = (id: string): string => withQuery(to`/topology/node/${id}`);
export const toEdge = (edge: Arrow): string => withQuery(to`/topology/edge/${edge.from}/${edge.to}`);

/** `a,b,kind:*`: what is hidden, as the address has it. */
export const hiddenOf = (text: string): readonly string[] =>
  text === '' ? [] : text.split(',').map((part) => decodeURIComponent(part));

export const hiddenText = (hidden: readonly string[]): string => hidden.map(encodeURIComponent).join(',');

export const isHidden = (hidden: readonly string[], { id, kind }: { id: string; kind: string }): boolean =>
  hidden.includes(id) || hidden.includes(`${kind}:*`);
