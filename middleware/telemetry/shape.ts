// What errors of the same kind have in common: their message without what differs from case to case. Pure.

const LONGEST_SHAPE = 200;

/** Each replaces what one kind of error says differently each time; none can be slow on any text. */
const DIFFERENCES: readonly (readonly [difference: RegExp, by: string])[] = [
  [/"[^"\n]{0,300}"|(?<!\w)'[^'\n]{0,300}'|`[^`\n]{0,300}`/g, '"…"'],
  [/\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b/g, '<id>'],
  // Long words with a digit in them: ids, hashes, tokens.
  [/(?<![\w+/=-])(?=[A-Za-z_+/=-]{0,63}[0-9])[\w+/=-]{16,}/g, '<id>'],
  [/(?<!\w)(?:0x)?(?=[a-fA-F]{0,15}[0-9])[0-9a-fA-F]{6,}(?!\w)/g, '<id>'],
  [/[0-9]+(?:[.,:][0-9]+)*/g, '<n>'],
  [/\s+/g, ' '],
];

/** At most 200 characters. The message must have been redacted before. */
export function shapeOf(message: string): string {
  let shape = message;
  for (const [difference, by] of DIFFERENCES) shape = shape.replace(difference, by);
  shape = shape.trim();
  return shape.length > LONGEST_SHAPE ? `${shape.slice(0, LONGEST_SHAPE - 1)}…` : shape;
}
