// DynamoDB's input for each call of the port but queries; the SDK and the wire differ only in how they hold binary values.
import { type Attributes, marshalItem } from '../marshal.ts';
import type { DeleteRequest, Expression, Key, PutRequest, UpdateRequest, Value } from '../port.ts';

interface Condition<B> {
  ConditionExpression?: string;
  ExpressionAttributeNames?: { [placeholder: string]: string };
  ExpressionAttributeValues?: Attributes<B>;
}

/** Builds inputs for one table. */
export function requestsFor<B>(tableName: string, binary: (bytes: Uint8Array) => B) {
  const marshal = (item: { readonly [name: string]: Value | undefined }) => marshalItem(item, binary);
  const keyOf = ({ pk, sk }: Key) => marshal({ pk, sk });

  const expressionOf = ({ condition, names, values }: Expression): Condition<B> => ({
    ...(condition === undefined ? {} : { ConditionExpression: condition }),
    ...(names === undefined ? {} : { ExpressionAttributeNames: { ...names } }),
    ...(values === undefined ? {} : { ExpressionAttributeValues: marshalItem(values, binary, 'values') }),
  });

  // With these two, one exchange tells the winner what it wrote and the loser what stands in its way.
  const onFailure = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

  return {
    get: (key: Key, consistent = false) => ({ TableName: tableName, Key: keyOf(key), ConsistentRead: consistent }),
    put: (request: PutRequest) => ({
      TableName: tableName,
      Item: marshal(request.item),
      ...expressionOf(request),
      ...onFailure,
    }),
    update: (request: UpdateRequest) => ({
      TableName: tableName,
      Key: keyOf(request.key),
      UpdateExpression: request.update,
      ...expressionOf(request),
      ReturnValues: 'ALL_NEW' as const,
      ...onFailure,
    }),
    delete: (request: DeleteRequest) => ({
      TableName: tableName,
      Key: keyOf(request.key),
      ...expressionOf(request),
      ReturnValues: 'ALL_OLD' as const,
      ...onFailure,
    }),
  };
}
