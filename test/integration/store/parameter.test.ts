// One parameter of Systems Manager, asked for as AWS takes it; every other answer is no parameter.
import aws4 from 'aws4';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readParameter } from '../../../store/adapters/parameter.ts';
import { answers, json, startHttpServer, type HttpServer } from '../call/http-server.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const clock = { now: () => NOW };
let server: HttpServer;
beforeAll(async () => {
  server = await startHttpServer();
});
afterAll(() => server.close());

const environment = () => ({
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
  AWS_ENDPOINT_URL_SSM: server.origin,
});
const read = (signal = new AbortController().signal, env = environment()) =>
  readParameter('/flyball/prod/signing-keys', clock, signal, env);

describe('a parameter', () => {
  it('is asked for decrypted, signed as AWS verifies it', async () => {
    server.answerWith(json({ Parameter: { Name: '/flyball/prod/signing-keys', Value: 'the keys' } }));
    expect(await read()).toBe('the keys');
    const [asked] = server.seen;
    const body = '{"Name":"/flyball/prod/signing-keys","WithDecryption":true}';
    expect(asked?.body.toString()).toBe(body);
    const signable = {
      service: 'ssm',
      region: 'eu-central-1',
      method: 'POST',
      path: '/',
      host: new URL(server.origin).host,
      body,
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AmazonSSM.GetParameter',
        'x-amz-date': '20260105T120000Z',
      },
      extraHeadersToIgnore: { 'content-length': true },
    };
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
    const expected = aws4.sign(signable, credentials);
    expect(asked?.headers.authorization).toBe(expected.headers?.['Authorization']);
  });

  it.each<[string, Parameters<HttpServer['answerWith']>[0], object]>([
    [
      'is not there',
      json({ __type: 'com.amazonaws.ssm#ParameterNotFound' }, 400),
      { name: 'StoreRejected', type: 'ParameterNotFound' },
    ],
    [
      'may not be read',
      json({ __type: 'AccessDeniedException' }, 400),
      { name: 'StoreRejected', type: 'AccessDeniedException' },
    ],
    ['is asked for too often', json({ __type: 'ThrottlingException' }, 400), { name: 'StoreUnavailable' }],
    ['is behind an error of AWS', answers(500, {}, 'oops'), { name: 'StoreUnavailable' }],
    ['has no value', json({ Parameter: {} }), { name: 'StoreRejected' }],
    ['is no JSON', answers(200, {}, '<html>'), { name: 'StoreRejected' }],
  ])('that %s is none', async (_what, answering, error) => {
    server.answerWith(answering);
    await expect(read()).rejects.toMatchObject(error);
  });

  it('is given up when nobody waits for it any more', async () => {
    server.answerWith(() => {});
    const abort = new AbortController();
    const reading = read(abort.signal);
    abort.abort();
    await expect(reading).rejects.toMatchObject({ name: 'StoreUnavailable' });
  });
});
