// The test kit's events, for our own tests.
export * from '../../middleware/testing/events/index.ts';
