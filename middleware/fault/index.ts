// Faults that are injected on purpose: at the door, in calls, in flyball's own table. Loaded with the first rules that ask.
import { inject } from './calls.ts';
import { provideInject } from './outbound.ts';

export { faultPolicy } from './policy.ts';

provideInject(inject);
