// Whose requests a fault is for: patterns of what is known of the caller, as throttles' overrides have them.
import { compileGlob } from '../kernel/glob.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { partOf } from '../kernel/key.ts';
import { gatewayClaimsOf } from '../kernel/request.ts';

type Test = (invocation: Invocation) => boolean;

/** Verified callers are marked, so that nobody's name is another's address; patterns are of names. */
const MARK = /^(?:sub|key|service):/;

/** All must match; a value that is missing matches no pattern. @throws {RangeError} for what nothing is known of. */
export function compileMatch(match: Readonly<Record<string, string>> = {}): Test {
  const tests = Object.entries(match).map(([name, pattern]) => testOf(name, compileGlob(pattern)));
  return (invocation) => tests.every((test) => test(invocation));
}

function testOf(name: string, fits: (text: string) => boolean): Test {
  if (name === 'role') return (invocation) => rolesOf(invocation).some(fits);
  const part = partOf(name);
  return (invocation) => {
    const value = part(invocation);
    if (value === undefined) return false;
    return fits(name === 'client' ? value.replace(MARK, '') : value);
  };
}

/** Of a verified caller: those that access has found, and its claims `role` and `roles`, one or a list of them. */
function rolesOf({ principal, event }: Invocation): string[] {
  const claims = principal?.claims ?? gatewayClaimsOf(event) ?? {};
  const claimed = ['role', 'roles'].flatMap((name) => {
    const value: unknown = Object.hasOwn(claims, name) ? claims[name] : undefined;
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.flatMap((one) => (typeof one === 'string' ? one.split(/[\s,[\]]+/).filter((role) => role !== '') : []));
  });
  return [...(principal?.roles ?? []), ...claimed];
}
