import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRedaction, REDACTED } from '../../../../middleware/telemetry/redact.ts';

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
  ])('%s', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it.each([
    'the discarded card was none',
    'order 4711 at 1767614430000 took 12.5 ms',
    'at charge (/var/task/handler.mjs:12:34)',
    'sequence 495903382711425634234567890123 of the shard',
    'Unexpected token } in JSON at position 4',
    '',
  ])('leaves "%s" as it is', (text) => {
    expect(redact(text)).toBe(text);
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

  it('changes nothing of what it has redacted', () => {
    fc.assert(
      fc.property(field, secret, around, (name, value, prefix) => {
        const once = redact(`${prefix} {"${name}":"${value}"} ${name}=${value}&x`);
        expect(redact(once)).toBe(once);
      }),
    );
  });

  it.each(['"card":"', 'card=', 'eyJ', '1 ', 'a@', '\\"', '{"card":[', 'bearer ', '%3D', 'a.'])(
    'takes time that grows with the length of a text of "%s" alone',
    (part) => {
      const timeOf = (length: number) => {
        const text = part.repeat(length / part.length);
        const begun = performance.now();
        redact(text);
        return performance.now() - begun;
      };
      timeOf(100_000);
      // A hundred times longer than any message that is looked at; a square of it would take minutes.
      expect(timeOf(200_000)).toBeLessThan(2_000);
    },
  );
});
