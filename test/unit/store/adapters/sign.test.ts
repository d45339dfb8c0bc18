// The signer agrees with aws4, an independent implementation of Signature Version 4, on every request it can make.
import aws4 from 'aws4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signer, type Unsigned } from '../../../../store/adapters/sign.ts';

const NOW = Date.UTC(2026, 10, 21, 9, 30, 15, 250);

const request: Unsigned = {
  host: 'dynamodb.eu-central-1.amazonaws.com',
  path: '/',
  region: 'eu-central-1',
  operation: 'UpdateItem',
  body: '{"TableName":"flyball"}',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  nowMs: NOW,
};

function byAws4(unsigned: Unsigned): string | undefined {
  const { host, path, region, operation, body, credentials, nowMs } = unsigned;
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `DynamoDB_20120810.${operation}`,
    'x-amz-date': new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, ''),
    // aws4 would sign a content-length it adds itself; ours is left out of the signature.
    'content-length': String(Buffer.byteLength(body)),
  };
  const extraHeadersToIgnore = { 'content-length': true };
  const signable = { host, method: 'POST', path, service: 'dynamodb', region, body, headers, extraHeadersToIgnore };
  return aws4.sign(signable, credentials).headers['Authorization'];
}

describe('the signature', () => {
  it('has the scope of the day, Region and service, and never the secret', () => {
    const headers = signer()(request);
    expect(headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20261121\/eu-central-1\/dynamodb\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=[0-9a-f]{64}$/,
    );
    expect(headers['x-amz-date']).toBe('20261121T093015Z');
    expect(JSON.stringify(headers)).not.toContain(request.credentials.secretAccessKey);
  });

  it('counts the body in bytes', () => {
    expect(signer()({ ...request, body: '{"name":"naïve 日本"}' })['content-length']).toBe('24');
  });

  it('is that of aws4 for any body, credentials, host, Region and time, also when they change from call to call', () => {
    const sign = signer();
    const text = fc.string({ minLength: 1, maxLength: 40, unit: fc.constantFrom(...'abcXYZ019+/=') });
    const unsigned = fc.record({
      host: fc.constantFrom('dynamodb.eu-central-1.amazonaws.com', '127.0.0.1:8000'),
      path: fc.constantFrom('/', '/proxy/dynamodb'),
      region: fc.constantFrom('eu-central-1', 'us-east-1'),
      operation: fc.constantFrom('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'),
      body: fc.string({ unit: 'binary', minLength: 1 }),
      credentials: fc.record(
        { accessKeyId: text, secretAccessKey: text, sessionToken: text },
        { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
      ),
      nowMs: fc.integer({ min: NOW, max: NOW + 3 * 86_400_000 }),
    });
    fc.assert(
      fc.property(unsigned, (each) => {
        expect(sign(each)['authorization']).toBe(byAws4(each));
      }),
    );
  });
});
