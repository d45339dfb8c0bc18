// Calls to dependencies, governed.
export type { Answered, CallFunction, ExchangeFunction, Parse } from './answers.ts';
export { createCaller, type CallOptions, type Caller, type RunInfo, type RunOptions, type Work } from './caller.ts';
export { ExchangeFailed } from './exchange-failed.ts';
export type { Answer, Exchange } from './http-exchange.ts';
export { replaceTransport, type Invoke, type InvokeAnswer, type Transport } from './in-place.ts';
export { inertPlugin, sdkPlugin, type FlyballPlugin, type FlyballPluginOptions } from './sdk/plugin.ts';
