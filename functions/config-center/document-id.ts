// Whose a kept document is: drafts, revisions and their history are the same for a service's rules, for its namespaces of
// configuration and for the baseline.
import { namespaceOf } from '../../store/config-id.ts';

/** The baseline is kept as a service's rules are, under a name that no service can have. */
export const BASELINE_ID = '_baseline';

/** How a sentence begins that speaks of whose documents these are. */
export function titleOf(id: string): string {
  const named = namespaceOf(id);
  if (named) return `Namespace "${named.namespace}" of "${named.service}"`;
  return id === BASELINE_ID ? 'The baseline' : `Service "${id}"`;
}

/** How a sentence goes on about it: `rules of "orders"`. */
export function documentsOf(id: string): string {
  const named = namespaceOf(id);
  if (named) return `namespace "${named.namespace}" of "${named.service}"`;
  return id === BASELINE_ID ? 'the baseline' : `rules of "${id}"`;
}

export function draftOf(id: string): string {
  if (namespaceOf(id)) return documentsOf(id);
  return id === BASELINE_ID ? 'the baseline' : `"${id}"`;
}

/** Who is given what is published of it. */
export function fleetOf(id: string): string {
  return namespaceOf(id) ? `the readers of ${documentsOf(id)}` : `the fleet of "${id}"`;
}

/** Where its routes are. */
export function pathOf(id: string): string {
  const named = namespaceOf(id);
  if (named) return `/v1/services/${named.service}/config/${named.namespace}`;
  return id === BASELINE_ID ? '/v1/baseline' : `/v1/services/${id}`;
}

/** What the audit log says it is about; what is no service's is found by its action and target. */
export function subjectOf(id: string): { readonly service?: string } {
  const named = namespaceOf(id);
  if (named) return { service: named.service };
  return id === BASELINE_ID ? {} : { service: id };
}

/** What of it the audit log says was touched: `draft`, or of a namespace `config application draft`. */
export function targetOf(id: string, part: string): string {
  const named = namespaceOf(id);
  return named ? `config ${named.namespace} ${part}` : part;
}
