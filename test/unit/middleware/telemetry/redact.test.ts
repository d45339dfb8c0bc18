import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRedaction, REDACTED } from '../../../../middleware/telemetry/redact.ts';
import { leastCpuMs } from '../../../support/cpu.ts';

const redact = compileRedaction(['card', 'iban']);

describe('redaction', () => {
  it.each([
    ['{"password":"hunter2"}', `{"password":${REDACTED}}`],
    ['{"user":{"dbPassword": "hunter2", "id":7}}', `{"user":{"dbPassword": ${REDACTED}, "id":7}}`],
    ['{"card":{"number":"4","cvc":[1,"}"]},"id":7}', `{"card":${REDACTED},"id":7}`],
    ['{"card":4111,"id":7}', `{"card":${REDACTED},"id":7}`],
    [String.raw`body {\"card\":\"4\\\"1\",\"id\":7}`, String.raw`body {\"card\":` + REDACTED + String.raw`,\"id\":7}`],
    ["{ card: 'a b', id: 7 }", `{ card: ${REDACTED}, id: 7 }`],
    ["Map(1) { 'card' => 'a b' }", `Map(1) { 'card' => ${REDACTED} }`],
    ['?sku=1&card=41%2011&x=2', `?sku=1&card=${REDACTED}&x=2`],
    ['?next=%2Fpay%3Fcard%3D4111&x=2', `?next=%2Fpay%3Fcard%3D${REDACTED}&x=2`],
    ['<card>4 1</card>', `<card>${REDACTED}</card>`],
    ['payment.card=4111 was declined', `payment.card=${REDACTED} was declined`],
    ['CARD: 41 11', `CARD: ${REDACTED}`],
    ['line\\ncard=1', `line\\ncard=${REDACTED}`],
    ['Authorization: Bearer abc.def', `Authorization: ${REDACTED}`],
    ['authorization=Bearer abc.def rest', `authorization=${REDACTED} rest`],
    ['sent Bearer abc.def to', `sent Bearer ${REDACTED} to`],
    ['x-api-key: k1', `x-api-key: ${REDACTED}`],
    ['set-cookie: id=1', `set-cookie: ${REDACTED}`],
    ['"card": "unclosed', `"card": ${REDACTED}`],
    ['key AKIAIOSFODNN7EXAMPLE used', `key ${REDACTED} used`],
    ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE9 used', `${REDACTED} used`],
    [`eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln expired`, `${REDACTED} expired`],
    ['with fb_q83vASNFZ4mrze_LqM3v-AAAAAAAAAAAAAAAAAAAAAA', `with ${REDACTED}`],
    ['4111 1111 1111 1111 declined', `${REDACTED} declined`],
    ['5500-0000-0000-0004', REDACTED],
    ['user jane.doe+x@example.co.uk unknown', `user ${REDACTED} unknown`],
    ['4111.1111.1111.1111', REDACTED],
    ['3782.822463.10005 declined', `${REDACTED} declined`],
    ['pushed with ghp_0123456789abcdefghijABCDEFGHIJ012345', `pushed with ${REDACTED}`],
    ['github_pat_11ABCDEFG0123456789_abcdef', REDACTED],
    ['key sk_live_51Habcdefghijklmn is revoked', `key ${REDACTED} is revoked`],
    ['rk_live_51Habcdefghijklmn', REDACTED],
    ['xoxb-123456789012-abcdefgh', REDACTED],
    ['AIzaSyA1234567890abcdefghijklmnopqrstuv', REDACTED],
    [
      'a -----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES-256\n\nMIIE\n-----END RSA PRIVATE KEY----- b',
      `a ${REDACTED} b`,
    ],
    [String.raw`a -----BEGIN PRIVATE KEY-----\nMIIEcut`, `a ${REDACTED}`],
    [
      `Unexpected token 'h', ..."sword":"hunter2"}" is not valid JSON`,
      `Unexpected token 'h', ${REDACTED} is not valid JSON`,
    ],
  ])('%s', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it.each([
    'the discarded card was none',
    'order 4711 at 1767614430000 took 12.5 ms',
    'at charge (/var/task/handler.mjs:12:34)',
    'sequence 495903382711425634234567890123 of the shard',
    'Unexpected token } in JSON at position 4',
    'auth: the session: expired, signed in again',
    '    at parse (/var/task/cookies.mjs:12:34)',
    'value=7 of {"name":"sku","value":"7"}',
    'took 12.345678901234 ms',
    '',
  ])('leaves "%s" as it is', (text) => {
    expect(redact(text)).toBe(text);
  });

  describe('of names that several values follow', () => {
    it.each([
      ['Cookie: theme=dark; sid=hunter2\nHost: x', `Cookie: ${REDACTED}\nHost: x`],
      ['Set-Cookie: a=1; Path=/ , sid=hunter2', `Set-Cookie: ${REDACTED}`],
      ['Authorization: Digest username="x", response="hunter2"', `Authorization: ${REDACTED}`],
      ['authorization=Digest username="x", response="hunter2"', `authorization=${REDACTED}`],
      ['["Cookie: a=1; b=2","id"]', `["Cookie: ${REDACTED}","id"]`],
      [
        String.raw`{"h":"Authorization: Digest u=\"x\", r=\"y\"; z","id":7}`,
        `{"h":"Authorization: ${REDACTED}","id":7}`,
      ],
      ['"oops."\nAuthorization: Digest u="x", r="hunter2"', `"oops."\nAuthorization: ${REDACTED}`],
      ['{"sent":"Cookie: a=1; ","Cookie":"a=1","id":7}', `{"sent":"Cookie: ${REDACTED}","Cookie":${REDACTED},"id":7}`],
      [String.raw`"{\"h\":\"Cookie: a=1; b\",\"id\":7}"`, String.raw`"{\"h\":\"Cookie: ${REDACTED}\",\"id\":7}"`],
      [`can't send Cookie: a=it's; b=2`, `can't send Cookie: ${REDACTED}`],
      [`{ cookie: 'a=1; b=2', id: 7 }`, `{ cookie: ${REDACTED}, id: 7 }`],
      ['{"cookies":["a=1; b=2","c=3"],"id":7}', `{"cookies":${REDACTED},"id":7}`],
    ])('%j', (text, expected) => {
      expect(redact(text)).toBe(expected);
    });
  });

  describe('of values without quotes', () => {
    it.each([
      ['secret:a,b', `secret:${REDACTED}`],
      ['secret: a, b; c', `secret: ${REDACTED}`],
      ['{password:a,b,id:7}', `{password:${REDACTED},id:7}`],
      ['Password=a;b;Server=db', `Password=${REDACTED};Server=db`],
      ['password=[a]b c', `password=${REDACTED} c`],
    ])('%j', (text, expected) => {
      expect(redact(text)).toBe(expected);
    });
  });

  describe('of XML', () => {
    it.each([
      ['<card number="1">hunter2</card><id>7</id>', `<card ${REDACTED}>${REDACTED}</card><id>7</id>`],
      ['<card number="1"/><id>7</id>', `<card ${REDACTED}/><id>7</id>`],
      ['<x id="7" password="hunter2"/>', `<x id="7" password=${REDACTED}/>`],
      ['<card>\n<number>4</number>\n</card> 7', `<card>\n${REDACTED}</card> 7`],
      ['<card><![CDATA[a<b>]]></card>', `<card>${REDACTED}</card>`],
      ['<w:Password Type="t">a, b)</w:Password>', `<w:Password ${REDACTED}>${REDACTED}</w:Password>`],
      ['<card><cardholder>x</cardholder>4</card>7', `<card>${REDACTED}</card>7`],
      ['<card><a>1</a><b>2', `<card>${REDACTED}`],
      ['<field name="password">a</field>', `<field name="password">${REDACTED}</field>`],
      ['&lt;card&gt;a&lt;/card&gt;', `<card>${REDACTED}</card>`],
      ['a <token> is missing\n    at f (a.mjs:1:2)', `a <token> ${REDACTED}\n    at f (a.mjs:1:2)`],
    ])('%j', (text, expected) => {
      expect(redact(text)).toBe(expected);
    });
  });

  describe('of names that are written otherwise', () => {
    it.each([
      [String.raw`{"pass\u0077ord":"a"}`, `{"password":${REDACTED}}`],
      [String.raw`{\"\\u0070assword\":\"a\"}`, String.raw`{\"password\":` + REDACTED + '}'],
      [
        String.raw`{"body":"{\u0022password\u0022:\u0022a\u0022}"}`,
        String.raw`{"body":"{\"password\":` + REDACTED + '}"}',
      ],
      [String.raw`{"q":"password\u003da\u0026x\u003d1"}`, `{"q":"password=${REDACTED}&x=1"}`],
      ['pass%77ord=a&x=1', `password=${REDACTED}&x=1`],
      ['{&quot;password&quot;:&quot;a&quot;}', `{"password":${REDACTED}}`],
      ['{"name":"password","value":"hunter2"}', `{"name":"password","value":${REDACTED}}`],
      [
        '{"value":"hunter2","name":"password"},{"name":"x","value":"1"}',
        `{"value":${REDACTED},"name":"password"},{"name":"x","value":"1"}`,
      ],
      ['[{name:password,value:hunter2}]', `[{name:password,value:${REDACTED}}]`],
      [`[ 'Host', 'x', 'Cookie', 'a; b', 'id', '7' ]`, `[ 'Host', 'x', 'Cookie', ${REDACTED}, 'id', '7' ]`],
      ['[["card",{"number":4}],["id",7]]', `[["card",${REDACTED}],["id",7]]`],
      ['name="password"\r\n\r\na\nb\r\n--x', `name="password"\r\n\r\n${REDACTED}\r\n--x`],
      [
        'name="card"; filename="a"\r\nContent-Type: text/plain\r\n\r\na',
        `name="card"; filename="a"\r\nContent-Type: text/plain\r\n\r\n${REDACTED}`,
      ],
      [String.raw`name=\"card\"\r\n\r\na\r\n--x`, String.raw`name=\"card\"\r\n\r\n` + REDACTED + String.raw`\r\n--x`],
    ])('%j', (text, expected) => {
      expect(redact(text)).toBe(expected);
    });
  });

  describe('of sessions', () => {
    it.each([
      ['db_pwd=a', `db_pwd=${REDACTED}`],
      ['PHPSESSID=a', `PHPSESSID=${REDACTED}`],
      ['?session=a&x=1', `?session=${REDACTED}&x=1`],
      ['{"auth":"a","sid":7}', `{"auth":${REDACTED},"sid":${REDACTED}}`],
      [`{ session: 'a' }`, `{ session: ${REDACTED} }`],
    ])('%j', (text, expected) => {
      expect(redact(text)).toBe(expected);
    });
  });

  const secret = fc.stringMatching(/^[a-zA-Z0-9]{8,30}$/).map((text) => `Zq${text}`);
  const field = fc.constantFrom('card', 'CARD', 'iban', 'password', 'client_secret', 'accessToken', 'x-api-key');
  const around = fc.string({ maxLength: 30 });

  it('lets no value of a named field out of JSON, whatever it is', () => {
    fc.assert(
      fc.property(field, fc.string(), fc.jsonValue(), around, (name, text, other, prefix) => {
        const marked = `Zq${text}Qz`;
        for (const value of [marked, [other, marked], { other, deep: [marked] }]) {
          for (const written of [
            JSON.stringify({ other, [name]: value, after: 1 }),
            JSON.stringify({ [name]: value }, undefined, 2),
            JSON.stringify(JSON.stringify({ [name]: value })),
          ]) {
            const inside = JSON.stringify(marked).slice(1, -1);
            expect(redact(`${prefix} ${written}`)).not.toContain(inside);
          }
        }
      }),
    );
  });

  it('lets no value of a named field out of a query, a form or a header', () => {
    fc.assert(
      fc.property(field, secret, around, around, (name, value, prefix, suffix) => {
        for (const written of [
          `${name}=${value}`,
          `a=1&${name}=${value}&b=2`,
          `${name}: ${value}`,
          `${name}="${value} x"`,
        ]) {
          expect(redact(`${prefix} ${written} ${suffix}`)).not.toContain(value);
        }
      }),
    );
  });

  it('lets nothing of a cookie or of what authorizes out of a header', () => {
    const header = fc.constantFrom('Cookie', 'set-cookie', 'Authorization', 'proxy-authorization');
    const between = fc.constantFrom('; ', ', ', ' ', '="', '";', ' , x=', '&', '}', ')');
    fc.assert(
      fc.property(header, fc.array(fc.tuple(secret, between), { minLength: 1 }), around, (name, parts, suffix) => {
        const value = `a=${parts.flat().join('')}`;
        const alone = redact(`sent\n${name}: ${value}\nHost: ${suffix}`);
        for (const [part] of parts) expect(alone).not.toContain(part);
        const inJson = redact(JSON.stringify({ sent: `${name}: ${value}`, [name]: value }));
        for (const [part] of parts) expect(inJson).not.toContain(part);
      }),
    );
  });

  it('lets nothing out of an element, whatever is in it', () => {
    const inside = fc.stringMatching(/^[ -~]{0,40}$/).filter((text) => !text.includes('</'));
    fc.assert(
      fc.property(
        secret,
        inside,
        inside,
        fc.stringMatching(/^[a-z ="']{0,20}$/),
        (value, before, after, attributes) => {
          const text = `<card ${attributes} n="${value}">${before}<n>${value}</n>${after}</card> 7`;
          expect(redact(text)).not.toContain(value);
        },
      ),
    );
  });

  it('changes nothing of what it has redacted, whatever it was', () => {
    const word = fc.constantFrom(
      'card',
      'Cookie',
      'auth',
      'value',
      'name',
      '<card>',
      '</card>',
      '<card a="1"/>',
      '"',
      "'",
      '\\"',
      ':',
      '=',
      ', ',
      ';',
      '&',
      '{',
      '}',
      '[',
      ']',
      ' ',
      '\n',
      'x',
      '7',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const once = redact(words.join(''));
        expect(redact(once)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  it('changes nothing of what it has redacted', () => {
    fc.assert(
      fc.property(field, secret, around, (name, value, prefix) => {
        const once = redact(`${prefix} {"${name}":"${value}"} ${name}=${value}&x`);
        expect(redact(once)).toBe(once);
      }),
    );
  });

  it.each([
    '"card":"',
    'card=',
    'eyJ',
    '1 ',
    'a@',
    '\\"',
    '{"card":[',
    'bearer ',
    '%3D',
    'a.',
    'Cookie: a"\n',
    "Cookie:a'",
    '<card ',
    '<card>x\n',
    '<card></',
    '\\',
    '\\u00',
    '"card",\\"',
    'value=',
    'name="card"',
    'name="card"\n\n',
    '-----BEGIN PRIVATE KEY-----',
    "Unexpected token 'h', ",
    'card=,',
    'card:a, ',
    'ghp_',
    '1111.',
  ])('takes time that grows with the length of a text of "%s" alone', (part) => {
    const timeOf = (length: number) => {
      const text = part.repeat(length / part.length);
      return leastCpuMs(() => void redact(text), 1);
    };
    timeOf(100_000);
    // A hundred times longer than any message that is looked at; a square of it would take minutes.
    expect(timeOf(200_000)).toBeLessThan(2_000);
  });
});
