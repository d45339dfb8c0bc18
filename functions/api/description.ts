// What a route says of itself: the same schemas check what comes in and make the API's description, `/openapi.json`.
import type { z } from 'zod';

/** What a caller can read of a route, and what the door of the API checks before the route is asked. */
export interface Description {
  /** One line in the imperative, e.g. `Publish the draft`. */
  readonly summary: string;
  /** What a caller must know beyond it; Markdown. */
  readonly details?: string;
  /** Of which part of the API it is, e.g. `rules`. */
  readonly tags: readonly [string, ...string[]];
  /** Of names in braces that are more than a name of lower-case letters, digits and hyphens. */
  readonly params?: QueryShape;
  /** The query's parameters. Any other is refused, and so is one that is given twice unless its schema is an array. */
  readonly query?: QueryShape;
  /** Parameters that are not known are passed over instead, and of several the last counts: of addresses that other people's clients make. */
  readonly otherQuery?: true;
  /** Request headers with a meaning here, in lower case, by what they do. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyDescription;
  /** By status: what is answered when it goes well. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** By status: why something else is answered. What every route answers (401, 403, 429, …) need not be said. */
  readonly problems?: Readonly<Record<number, string>>;
}

/** Parameters by name; each is read from text, and the message of what is wrong follows its name: `is not a time`. */
export type QueryShape = Readonly<Record<string, z.ZodType>>;

export interface BodyDescription {
  readonly schema: z.ZodType;
  /** Whether it may be sent as YAML as well. */
  readonly yaml?: boolean;
  /** Whether it may be left out. */
  readonly optional?: boolean;
  /** Bodies that make sense, by name: for readers, and where a schema alone does not make one. */
  readonly examples?: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly description: string;
  /** Of the JSON in it. None for answers without a body, or with text that has no schema. */
  readonly schema?: z.ZodType;
  /** `application/json` when it is left out and there is a schema. */
  readonly mediaTypes?: readonly string[];
  /** Headers with a meaning, in lower case, by what they say. */
  readonly headers?: Readonly<Record<string, string>>;
}
