// Why the signature of a call is not believed, as its sender is told.

/** Each is one sentence to its sender, and says nothing of what it holds. */
export const UNSIGNED = {
  malformed: 'the signature is none as this service takes them',
  key: 'the call is signed with a key that is not known here',
  signature: 'the signature is not that of this request',
  expired: 'the signature has expired',
  early: 'the signature is not valid yet',
  callee: 'the signature is for a call of another service',
  body: 'the signature is not that of this body',
} as const;

export type Unsigned = keyof typeof UNSIGNED;
