// What a sum is of: all of a service, one of its resources or dependencies, or what one source brought in.
export const SERVICE = 'service';

/** As series are keyed and sums are named. */
export type SubjectName = typeof SERVICE | `resource#${string}` | `dependency#${string}` | `inbound#${string}`;

export const resourceSubject = (name: string): SubjectName => `resource#${name}`;
export const dependencySubject = (name: string): SubjectName => `dependency#${name}`;
export const inboundSubject = (source: string): SubjectName => `inbound#${source}`;

/** The kind and the name, e.g. of `resource#create-order`; the name of a service is empty here. */
export function partsOf(subject: string): { readonly kind: string; readonly name: string } {
  const hash = subject.indexOf('#');
  return hash < 0 ? { kind: subject, name: '' } : { kind: subject.slice(0, hash), name: subject.slice(hash + 1) };
}
