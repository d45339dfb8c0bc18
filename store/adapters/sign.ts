// AWS Signature Version 4 for the one kind of request DynamoDB and Systems Manager take: a signed POST of JSON.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Unsigned {
  /** As in the Host header: with the port unless it is the protocol's own. */
  readonly host: string;
  readonly path: string;
  readonly region: string;
  /** E.g. `UpdateItem`. */
  readonly operation: string;
  readonly body: string;
  readonly credentials: Credentials;
  readonly nowMs: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Makes a signer, which remembers the day's signing key: deriving it is four of the five HMACs. */
export function signer(
  service = 'dynamodb',
  api = 'DynamoDB_20120810',
  contentType = 'application/x-amz-json-1.0',
): (request: Unsigned) => Record<string, string> {
  // A static import of node:crypto costs every cold start, also of functions that never sync.
  const { createHmac, hash } = process.getBuiltinModule('node:crypto');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  let derivedFor = '';
  let derived: Buffer = Buffer.alloc(0);

  function signingKey(secret: string, day: string, region: string): Buffer {
    const wanted = `${day}/${region}/${secret}`;
    if (wanted !== derivedFor) {
      derived = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), 'aws4_request');
      derivedFor = wanted;
    }
    return derived;
  }

  /** All headers of the request, its signature among them. */
  return ({ host, path, region, operation, body, credentials, nowMs }) => {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const time = new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, '');
    const day = time.slice(0, 8);
    const target = `${api}.${operation}`;
    const token = sessionToken === undefined ? '' : `x-amz-security-token:${sessionToken}\n`;
    const signed = `content-type;host;x-amz-date;${token && 'x-amz-security-token;'}x-amz-target`;
    const headers = `content-type:${contentType}\nhost:${host}\nx-amz-date:${time}\n${token}x-amz-target:${target}\n`;
    const canonical = `POST\n${path}\n\n${headers}\n${signed}\n${hash('sha256', body)}`;
    const scope = `${day}/${region}/${service}/aws4_request`;
    const toSign = `${ALGORITHM}\n${time}\n${scope}\n${hash('sha256', canonical)}`;
    const signature = hmac(signingKey(secretAccessKey, day, region), toSign).toString('hex');
    return {
      host,
      'content-type': contentType,
      'content-length': String(Buffer.byteLength(body)),
      'x-amz-date': time,
      'x-amz-target': target,
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
      authorization: `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
    };
  };
}
