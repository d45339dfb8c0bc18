// How the console asks an issuer for the tokens of people: what an entry of FLYBALL_ISSUERS says of it.
import { z } from 'zod';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

const endpoint = z
  .url({ protocol: /^https?$/, error: 'is not an http address' })
  .max(512)
  .refine(isSafe, 'is asked over https, over http only on this machine, without a name, a password or a fragment');

export const consoleClient = z
  .strictObject({
    clientId: z.string().min(1).max(256),
    authorizationEndpoint: endpoint,
    tokenEndpoint: endpoint,
    /** Words as OAuth has them. */
    scope: z
      .string()
      .max(256)
      .regex(/^[!#-[\]-~]+( [!#-[\]-~]+)*$/, 'is words with one space between them: openid profile')
      .default('openid profile email'),
    /** Which of the two tokens is sent to the control plane. */
    token: z.enum(['id', 'access']).default('id'),
  })
  .refine(({ token, scope }) => token === 'access' || scope.split(' ').includes('openid'), {
    path: ['scope'],
    error: 'has no openid, without which there is no ID token',
  });

/** Who can change an answer on its way can sign in as somebody else. */
function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, hash } = new URL(text);
  return (protocol === 'https:' || LOOPBACK.has(hostname)) && username === '' && password === '' && hash === '';
}
