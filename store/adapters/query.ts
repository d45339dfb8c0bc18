// DynamoDB's input for a query, and the cursors between its pages; apart, since no governed function queries.
import { type Attributes, marshalItem, type StoredAttribute, unmarshalItem } from '../marshal.ts';
import { type Item, type Key, type QueryRequest, StoreRejected, type Value } from '../port.ts';

type Marshal<B> = (item: { readonly [name: string]: Value | undefined }) => Attributes<B>;

export function queryInput<B>(tableName: string, binary: (bytes: Uint8Array) => B, request: QueryRequest) {
  const marshal: Marshal<B> = (item) => marshalItem(item, binary);
  return {
    TableName: tableName,
    ...keyCondition(request, marshal),
    ScanIndexForward: request.descending !== true,
    ...(request.limit === undefined ? {} : { Limit: request.limit }),
    ...(request.cursor === undefined ? {} : { ExclusiveStartKey: marshal(fromCursor(request.cursor, request)) }),
    ...(request.consistent === undefined ? {} : { ConsistentRead: request.consistent }),
  };
}

function keyCondition<B>(request: QueryRequest, marshal: Marshal<B>) {
  const { pk, sk, index } = request;
  if (index !== undefined) {
    if (sk !== undefined)
      throw new TypeError('A query of the index `due` is narrowed by dueFrom and dueUpTo, not by sk');
    const { dueFrom, dueUpTo } = index;
    return {
      IndexName: index.name,
      KeyConditionExpression:
        dueFrom === undefined ? '#due = :due AND #dueAt <= :upTo' : '#due = :due AND #dueAt BETWEEN :from AND :upTo',
      ExpressionAttributeNames: { '#due': 'due', '#dueAt': 'dueAt' },
      ExpressionAttributeValues: marshal({
        ':due': pk,
        ':upTo': dueUpTo,
        ...(dueFrom === undefined ? {} : { ':from': dueFrom }),
      }),
    };
  }
  if (sk === undefined) {
    return {
      KeyConditionExpression: '#pk = :pk',
      ExpressionAttributeNames: { '#pk': 'pk' },
      ExpressionAttributeValues: marshal({ ':pk': pk }),
    };
  }
  const ExpressionAttributeNames = { '#pk': 'pk', '#sk': 'sk' };
  if ('beginsWith' in sk) {
    return {
      KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :prefix)',
      ExpressionAttributeNames,
      ExpressionAttributeValues: marshal({ ':pk': pk, ':prefix': sk.beginsWith }),
    };
  }
  return {
    KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :low AND :high',
    ExpressionAttributeNames,
    ExpressionAttributeValues: marshal({ ':pk': pk, ':low': sk.between[0], ':high': sk.between[1] }),
  };
}

/** The page's cursor: DynamoDB's last key, as text that a URL can carry. */
export function toCursor(lastKey: { readonly [name: string]: StoredAttribute } | undefined): { cursor?: string } {
  if (lastKey === undefined) return {};
  return { cursor: Buffer.from(JSON.stringify(unmarshalItem(lastKey))).toString('base64url') };
}

/** Cursors travel through clients: one that is damaged, or that points into another partition, is refused. */
export function fromCursor(cursor: string, { pk, index }: QueryRequest): Item {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (isKey(key) && (index === undefined ? key.pk : key.due) === pk) return key;
  } catch {
    // Not JSON: refused below like any other cursor that is not ours.
  }
  throw new StoreRejected('InvalidCursor', 'The cursor is not one that this query gave: start again without it');
}

function isKey(key: unknown): key is Item & Key {
  return (
    typeof key === 'object' &&
    key !== null &&
    Object.values(key).every((part) => typeof part === 'string' || typeof part === 'number') &&
    'pk' in key &&
    'sk' in key
  );
}
