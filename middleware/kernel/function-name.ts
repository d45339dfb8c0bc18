// Lambda functions as rules name them: by a short name, a deployed name, or an ARN in full or in part.

/** A function, and which of its versions: `arn:aws:lambda:eu-west-1:123456789012:function:payments:live` and shorter. */
export interface FunctionReference {
  readonly name: string;
  /** Its alias or version. */
  readonly qualifier: string | undefined;
  /** Undefined where the reference leaves it out: it is here then. */
  readonly account: string | undefined;
  readonly region: string | undefined;
}

/** As AWS reads a `FunctionName`. */
const REFERENCE =
  /^(?:(?:arn:aws[a-z-]*:lambda:([a-z]{2}(?:-[a-z]+)+-[0-9]):)?([0-9]{12}):function:)?([A-Za-z0-9_-]{1,64})(?::(\$LATEST|[A-Za-z0-9_-]{1,128}))?$/;

/** Undefined for what is none. */
export function functionReference(text: string): FunctionReference | undefined {
  const [, region, account, name, qualifier] = REFERENCE.exec(text) ?? [];
  return name === undefined ? undefined : { name, qualifier, account, region };
}

/** `FLYBALL_FUNCTION_PREFIX` turns a rule's short names into deployed ones; an ARN or a qualified name stands as it is. */
export function deployedName(name: string): string {
  return name.includes(':') ? name : `${process.env['FLYBALL_FUNCTION_PREFIX'] ?? ''}${name}`;
}
