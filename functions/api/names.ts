// Names in paths: services, rules, jobs. What is not a name never becomes part of a key of the table.

export const NAME_PATTERN = /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/;

/** 1 to 64 lower-case letters, digits and hyphens, as rule documents have them. */
export function isName(text: string): boolean {
  return NAME_PATTERN.test(text);
}
