// Signed calls, both ends of them: one part, loaded when rules first sign calls or take signed ones.
export { signed } from './incoming.ts';
export { withSignature } from './outgoing.ts';
export { replaceSigningKeyFetch } from './kept-keys.ts';
