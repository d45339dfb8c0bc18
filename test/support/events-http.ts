// The test kit's web requests, for our own tests.
export * from '../../middleware/testing/events/http.ts';
