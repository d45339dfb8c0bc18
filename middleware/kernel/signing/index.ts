// Signed calls, both ends of them: one part, loaded when rules first sign calls or take signed ones.
export { bodyOf, requestOf, signed } from './incoming.ts';
export { parseSigningKeys } from './keys.ts';
export { replaceSigningKeyFetch } from './kept-keys.ts';
export { withSignature } from './outgoing.ts';
export { signatureOf } from './signature.ts';
export { SIGNATURE_HEADER } from './signed-text.ts';
