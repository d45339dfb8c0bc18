// The test kit's clock, for our own tests.
export { fakeClock, type FakeClock } from '../../middleware/testing/clock.ts';
