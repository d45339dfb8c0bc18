// What the plugin needs to know of the framework's service object.
import type { Resource } from './template.ts';

export interface FunctionDefinition {
  readonly name: string;
  readonly handler: string;
  readonly runtime?: string;
  timeout?: number;
  maximumRetryAttempts?: number;
  environment?: Record<string, unknown>;
  events: Record<string, unknown>[];
}

export interface Service {
  readonly service: string;
  provider: {
    readonly region: string;
    readonly stage: string;
    /** Of functions that have no time limit of their own, s. */
    readonly timeout?: number;
    environment?: Record<string, unknown>;
    httpApi?: Record<string, unknown> & {
      readonly authorizers?: Readonly<Record<string, { readonly functionName?: string }>>;
    };
    readonly s3?: Readonly<Record<string, { readonly name: string }>>;
  };
  custom: Record<string, Record<string, unknown> | undefined>;
  functions: Record<string, FunctionDefinition>;
  readonly resources?: { readonly Resources?: Readonly<Record<string, Resource>> };
}

export interface Serverless {
  readonly service: Service;
  /** Absent plugins' members are undefined. */
  readonly pluginManager: { getPlugins(): readonly { readonly disposeContexts?: () => Promise<void> }[] };
}

export interface Options {
  readonly traffic?: boolean;
}
