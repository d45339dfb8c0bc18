// The same method, governed: the class is left alone.
import { governed } from 'flyball';
import { Lambda } from './before.ts';

const lambda = new Lambda();
export const handler = governed({ service: 'shop' }, (event: { readonly amount: number }) => lambda.handler(event));
