// Powertools' records in a DynamoDB table of the function's own; on AWS its DynamoDBPersistenceLayer does as much.
import { IdempotencyItemAlreadyExistsError, IdempotencyItemNotFoundError } from '@aws-lambda-powertools/idempotency';
import { BasePersistenceLayer, IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';

class TablePersistenceLayer extends BasePersistenceLayer {
  readonly #client = new DynamoDBClient();
  readonly #table = process.env['IDEMPOTENCY_TABLE'];

  protected override async _getRecord(idempotencyKey: string): Promise<IdempotencyRecord> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: { id: { S: idempotencyKey } }, ConsistentRead: true }),
    );
    if (Item?.['record']?.S === undefined) throw new IdempotencyItemNotFoundError();
    return new IdempotencyRecord(JSON.parse(Item['record'].S) as ConstructorParameters<typeof IdempotencyRecord>[0]);
  }

  protected override async _putRecord(record: IdempotencyRecord): Promise<void> {
    try {
      await this.#put(record, 'attribute_not_exists(id)');
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      throw new IdempotencyItemAlreadyExistsError(`there is a record of ${record.idempotencyKey}`);
    }
  }

  protected override async _updateRecord(record: IdempotencyRecord): Promise<void> {
    await this.#put(record, 'attribute_exists(id)');
  }

  protected override async _deleteRecord(record: IdempotencyRecord): Promise<void> {
    await this.#client.send(
      new DeleteItemCommand({ TableName: this.#table, Key: { id: { S: record.idempotencyKey } } }),
    );
  }

  async #put(record: IdempotencyRecord, condition: string): Promise<void> {
    const { idempotencyKey, expiryTimestamp, inProgressExpiryTimestamp, responseData, payloadHash } = record;
    const status = record.getStatus();
    const stored = { idempotencyKey, status, expiryTimestamp, inProgressExpiryTimestamp, responseData, payloadHash };
    await this.#client.send(
      new PutItemCommand({
        TableName: this.#table,
        Item: { id: { S: idempotencyKey }, record: { S: JSON.stringify(stored) } },
        ConditionExpression: condition,
      }),
    );
  }
}

export const persistenceStore = new TablePersistenceLayer();
