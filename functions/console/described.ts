// What the console's routes say of themselves.
import { z } from 'zod';
import { shows, UNCHANGED, type Description } from '../api/index.ts';

const file = {
  headers: { 'accept-encoding': 'br and gzip are known.' },
  tags: ['console'],
  problems: { 503: 'The console has not been built (`code` `NOT_BUILT`), or too much is asked at once.' },
} as const;

export const readPage: Description = {
  ...file,
  summary: 'Open the console',
  details: 'One page for every path: what stands behind `/console` is for the page to read.',
  // Each view keeps what it shows in its query.
  otherQuery: true,
  answers: { 200: { description: 'The page.', mediaTypes: ['text/html'] }, ...UNCHANGED },
};

export const readAsset: Description = {
  ...file,
  summary: 'Read a part of the console',
  params: { asset: z.string().max(128) },
  answers: { 200: { description: 'A script, a stylesheet, a font or an image.' }, ...UNCHANGED },
};

const signIn = z.object({
  name: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  authorizationEndpoint: z.string(),
  tokenEndpoint: z.string(),
  scope: z.string(),
  token: z.enum(['id', 'access']),
});

export const readConfig: Description = {
  summary: 'Read what the console must know before anybody has signed in',
  tags: ['console'],
  answers: {
    ...shows(
      'What stage this is, which version, and where people sign in.',
      z.object({ stage: z.string(), version: z.string(), signIn: z.array(signIn) }).meta({ id: 'ConsoleConfig' }),
    ),
    ...UNCHANGED,
  },
};
