// What an AWS command is about, in the words that topology names it by. Pure.

/** Fields that name what is spoken to, by name, ARN or URL, and the kind it is of; the first one there counts. */
const KINDS = {
  QueueUrl: 'queue',
  Bucket: 'bucket',
  TableName: 'table',
  TopicArn: 'topic',
  StreamName: 'stream',
  StreamARN: 'stream',
  FunctionName: 'function',
} as const;
const LONGEST_NAME = 160;

/** `queue:settlement`, `bucket:uploads`, `table:orders`, `function:payments`; undefined when it does not say. */
export function targetOfInput(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  for (const [field, kind] of Object.entries(KINDS)) {
    const value = (input as Readonly<Record<string, unknown>>)[field];
    if (typeof value !== 'string' || value === '') continue;
    const name = kind === 'function' ? functionOf(value) : value.split(/[/:]/).at(-1);
    return name ? `${kind}:${name.slice(0, LONGEST_NAME)}` : undefined;
  }
  return undefined;
}

/** Of a name, an ARN or a part of one, with an alias or a version behind it or without. */
function functionOf(text: string): string | undefined {
  const parts = text.split(':');
  return parts[parts.indexOf('function') + 1];
}
