// The test kit's questions to authorizers, for our own tests.
export * from '../../middleware/testing/events/authorizer.ts';
