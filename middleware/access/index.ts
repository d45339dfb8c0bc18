// Access: who may come in at all, by address, by verified token and by what the token says.
export { replaceKeyFetch, type FetchKeys } from './key-set.ts';
export { accessPolicy, requiredAccessPolicy } from './policy.ts';
