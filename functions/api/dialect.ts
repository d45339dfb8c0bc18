// What a route may say in its own way: of an API that is somebody else's, whose clients expect their own answers.
import type { Problem } from './problem.ts';
import type { OpenRequest } from './request.ts';
import type { ApiResponse } from './response.ts';

export interface Dialect {
  /** Of every answer, errors too. */
  readonly headers: Readonly<Record<string, string>>;
  /** The request with its credentials where ours are, if they may be elsewhere. May throw a `Problem`. */
  readonly credentials: (request: OpenRequest) => OpenRequest;
  /** How it says that something is wrong. */
  readonly refuse: (problem: Problem, request: OpenRequest) => ApiResponse;
}
