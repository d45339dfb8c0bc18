// Collects what a page does and must not: uncaught errors, errors in its console, broken policies, requests to others.
import type { Page } from 'playwright-core';

export interface Faults {
  /** Every address that was asked for, in order. */
  readonly requested: readonly string[];
  /** What was found and not expected. */
  unexpected(): readonly string[];
  /** Lets pass what fits from now on: an answer 401 stands as an error in every browser's console. */
  expect(form: RegExp): void;
}

/** What a world says whose machine has too much to do: the page has to bear it, and it is no fault of the page. */
const TOO_BUSY = /^Failed to load resource: the server responded with a status of 503/;

/** `origins` are those that the page may ask. A broken content security policy is an error in the console. */
export function faultsOf(page: Page, origins: readonly string[]): Faults {
  const found: string[] = [];
  const requested: string[] = [];
  const expected: RegExp[] = [];
  page.on('pageerror', (error) => found.push(`uncaught: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error' || TOO_BUSY.test(message.text())) return;
    found.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('request', (request) => {
    const url = request.url();
    requested.push(url);
    const own = url.startsWith('data:') || url.startsWith('blob:') || origins.includes(new URL(url).origin);
    if (!own) found.push(`a request to somebody else: ${url}`);
  });
  return {
    requested,
    unexpected: () => found.filter((one) => !expected.some((form) => form.test(one))),
    expect: (form) => void expected.push(form),
  };
}
