// What the layer puts in place of a function's handler: `FLYBALL_HANDLER` names the function's own, `FLYBALL_SERVICE` its rules.
import { shimmed } from './handler/shim.ts';

export const handler = await shimmed(process.env);
