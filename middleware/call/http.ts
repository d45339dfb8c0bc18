// What calls dependencies at a URL: loaded in one piece with the first rules that have one.
export { exchange } from './http-exchange.ts';
export { urlTarget } from './url-target.ts';
