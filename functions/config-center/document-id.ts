// Whose a kept document is: drafts, revisions and their history are the same for a service's rules and for the baseline.

/** The baseline is kept as a service's rules are, under a name that no service can have. */
export const BASELINE_ID = '_baseline';

/** How a sentence begins that speaks of whose documents these are. */
export function titleOf(id: string): string {
  return id === BASELINE_ID ? 'The baseline' : `Service "${id}"`;
}

/** How a sentence goes on about it: `rules of "orders"`. */
export function documentsOf(id: string): string {
  return id === BASELINE_ID ? 'the baseline' : `rules of "${id}"`;
}

export function draftOf(id: string): string {
  return id === BASELINE_ID ? 'the baseline' : `"${id}"`;
}

/** Where its routes are. */
export function pathOf(id: string): string {
  return id === BASELINE_ID ? '/v1/baseline' : `/v1/services/${id}`;
}

/** What the audit log says it is about; what is no service's is found by its action and target. */
export function subjectOf(id: string): { readonly service?: string } {
  return id === BASELINE_ID ? {} : { service: id };
}
