// What calls functions: loaded in one piece with the first call of one.
export { createInvoker } from './invoker.ts';
export { lambdaTarget } from './lambda-target.ts';
