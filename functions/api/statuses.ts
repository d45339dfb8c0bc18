// Which statuses a route may answer that are not what was asked for, and why: what it says itself, and what all routes have.
import type { Route } from './route.ts';

const ANY = {
  400: 'The query, a cursor or the path is not what this route takes.',
  429: 'Too many requests; `Retry-After` says when to come again.',
  500: 'Something failed; the log has it under `instance`.',
  503: 'The table does not answer, or too much is asked at once; try again shortly.',
};
const GUARDED = {
  401: 'No credentials, or none that are known and valid.',
  403: 'The role, or the services of the credentials, do not reach.',
};
const IN_A_PATH = { 404: 'There is nothing of that name.' };
const WITH_A_BODY = {
  413: 'The body is too large.',
  415: 'The body’s `Content-Type` is not taken.',
  422: 'The body can be read and not be meant; `errors` names every fault with its place.',
};

/** By status. */
export function problemsOf({ role, path, description }: Route): Readonly<Record<number, string>> {
  return {
    ...ANY,
    ...(role === undefined ? {} : GUARDED),
    ...(path.includes('{') ? IN_A_PATH : {}),
    ...(description.body ? WITH_A_BODY : {}),
    ...description.problems,
  };
}
