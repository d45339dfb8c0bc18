// The deployed name of a function that rules call by a short one.

/** `FLYBALL_FUNCTION_PREFIX` turns a rule's short names into deployed ones; an ARN or a qualified name stands as it is. */
export function deployedName(name: string): string {
  return name.includes(':') ? name : `${process.env['FLYBALL_FUNCTION_PREFIX'] ?? ''}${name}`;
}
