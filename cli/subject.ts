// What commands about documents are about: the rules of a service, or the baseline of all.
import { serviceName } from './rules-file.ts';

export interface Subject {
  /** As it is called in sentences. */
  readonly title: string;
  /** Its routes begin so. */
  readonly path: string;
  /** Where what is in force is read. */
  readonly inForce: string;
  /** As `--json` names it. */
  readonly named: { readonly service?: string };
  /** What stands before the words of its commands. */
  readonly command: string;
}

/** @throws {WrongUsage} unless services can have that name. */
export function serviceSubject(name: string): Subject {
  const path = `/v1/services/${serviceName(name)}`;
  return { title: name, path, inForce: `${path}/rules`, named: { service: name }, command: 'flyball' };
}

export const BASELINE: Subject = {
  title: 'the baseline',
  path: '/v1/baseline',
  inForce: '/v1/baseline',
  named: {},
  command: 'flyball baseline',
};
