// A function that asks for a flush after its response and does not wait for its registration.
import { governed } from '../../../middleware/index.ts';

export const handler = governed({ service: 'hasty', flush: 'after-response' }, () => ({ served: true }));
