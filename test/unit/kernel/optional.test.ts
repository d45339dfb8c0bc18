// What a function is told that needs a package it does not have.
import { expect, it } from 'vitest';
import { Misused } from '../../../middleware/kernel/errors.ts';
import { notInstalled } from '../../../middleware/kernel/optional.ts';

it('says which package is missing, what to do about it, and what Node said', async () => {
  const missing: string = '@flyball/nowhere';
  const failure: unknown = await import(missing).catch(notInstalled(missing)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Misused);
  expect(failure).toMatchObject({
    message: expect.stringMatching(
      /@flyball\/nowhere cannot be loaded: npm install @flyball\/nowhere, and ship it with the function \(.+\)/,
    ) as string,
  });
});

it('tells a package that is in a bundle and cannot run there from one that is missing', () => {
  const reason = new Error('Dynamic require of "node:https" is not supported');
  expect(() => notInstalled('@aws-sdk/client-lambda')(reason)).toThrow(
    /cannot be loaded from this bundle: leave it out of it \(--external:@aws-sdk\/\*/,
  );
});
