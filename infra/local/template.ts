// Resolves CloudFormation's functions against the local world: the template stays the one definition of what there is.

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface LocalStack {
  readonly region: string;
  readonly account: string;
  readonly name: string;
  /** Where SQS listens, e.g. http://127.0.0.1:4566 */
  readonly sqs: string;
  readonly resources: Readonly<Record<string, Resource>>;
  /** What the template's parameters hold. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** A copy of `value` with every Ref, Fn::GetAtt, Fn::Join and Fn::Sub replaced. Throws an Error that names what it cannot resolve. */
export function resolve(value: unknown, stack: LocalStack, path = 'template'): unknown {
  if (Array.isArray(value)) return value.map((item, i) => resolve(item, stack, `${path}[${String(i)}]`));
  if (!isObject(value)) return value;
  const [only] = Object.keys(value);
  if (Object.keys(value).length === 1 && only !== undefined && (only === 'Ref' || only.startsWith('Fn::'))) {
    return call(only, value[only], stack, path);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, resolve(item, stack, `${path}.${name}`)]),
  );
}

function call(name: string, argument: unknown, stack: LocalStack, path: string): unknown {
  switch (name) {
    case 'Ref':
      return reference(text(argument, path), stack, path);
    case 'Fn::GetAtt': {
      const [id = '', attribute = ''] = Array.isArray(argument)
        ? argument.map((part) => text(part, path))
        : text(argument, path).split('.');
      return attributeOf(id, attribute, stack, path);
    }
    case 'Fn::Join': {
      const [separator, parts] = Array.isArray(argument) ? (argument as unknown[]) : [];
      const resolved = resolve(parts, stack, path);
      if (!Array.isArray(resolved)) throw new Error(`${path}: Fn::Join takes a separator and a list.`);
      return resolved.map((part) => text(part, path)).join(text(separator, path));
    }
    case 'Fn::Sub': {
      const [pattern, variables = {}] = Array.isArray(argument) ? (argument as unknown[]) : [argument];
      return substitute(text(pattern, path), resolve(variables, stack, path), stack, path);
    }
    default:
      throw new Error(`${path}: the local world does not know ${name}.`);
  }
}

function substitute(pattern: string, variables: unknown, stack: LocalStack, path: string): string {
  return pattern.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal === '!') return `\${${name}}`;
    if (isObject(variables) && Object.hasOwn(variables, name)) return text(variables[name], path);
    const dot = name.indexOf('.');
    return dot < 0 ? reference(name, stack, path) : attributeOf(name.slice(0, dot), name.slice(dot + 1), stack, path);
  });
}

function reference(id: string, stack: LocalStack, path: string): string {
  switch (id) {
    case 'AWS::Region':
      return stack.region;
    case 'AWS::AccountId':
      return stack.account;
    case 'AWS::Partition':
      return 'aws';
    case 'AWS::StackName':
      return stack.name;
  }
  const parameter = stack.parameters && Object.hasOwn(stack.parameters, id) ? stack.parameters[id] : undefined;
  if (parameter !== undefined) return parameter;
  const { type, name } = named(id, stack, path);
  return type === 'AWS::SQS::Queue' ? queueUrl(name, stack) : name;
}

function attributeOf(id: string, attribute: string, stack: LocalStack, path: string): string {
  const { type, name } = named(id, stack, path);
  const { region, account } = stack;
  switch (`${type} ${attribute}`) {
    case 'AWS::DynamoDB::Table Arn':
      return `arn:aws:dynamodb:${region}:${account}:table/${name}`;
    case 'AWS::SQS::Queue Arn':
      return `arn:aws:sqs:${region}:${account}:${name}`;
    case 'AWS::SQS::Queue QueueName':
      return name;
    case 'AWS::S3::Bucket Arn':
      return `arn:aws:s3:::${name}`;
  }
  throw new Error(`${path}: the local world does not know the attribute ${attribute} of ${id} (${type}).`);
}

const NAME_PROPERTY: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::S3::Bucket': 'BucketName',
};

function named(id: string, stack: LocalStack, path: string): { type: string; name: string } {
  const resource = Object.hasOwn(stack.resources, id) ? stack.resources[id] : undefined;
  if (!resource) throw new Error(`${path}: there is no resource "${id}" under resources in serverless.yml.`);
  const property = NAME_PROPERTY[resource.Type];
  const name = property === undefined ? undefined : resource.Properties?.[property];
  if (typeof name !== 'string') {
    throw new Error(`${path}: "${id}" (${resource.Type}) has no name of its own, so nothing local can stand for it.`);
  }
  return { type: resource.Type, name };
}

/** A queue's address: its path alone tells it apart, so that no name has to be looked up. */
export function queueUrl(name: string, { sqs, account }: Pick<LocalStack, 'sqs' | 'account'>): string {
  return `${sqs}/${account}/${name}`;
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${path}: expected text, got ${JSON.stringify(value)}.`);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
