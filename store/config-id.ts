// What a namespace of free-form configuration is kept under: where a service's rules would be, under a name that no service has.

const INFIX = '/config/';

/** Names the documents of a service's namespace. */
export function configId(service: string, namespace: string): string {
  return `${service}${INFIX}${namespace}`;
}

/** The namespace that documents of this name are of; undefined for rules and the baseline. */
export function namespaceOf(id: string): { readonly service: string; readonly namespace: string } | undefined {
  const at = id.indexOf(INFIX);
  return at < 0 ? undefined : { service: id.slice(0, at), namespace: id.slice(at + INFIX.length) };
}
