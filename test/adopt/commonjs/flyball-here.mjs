// Lets a child process load `flyball` from this checkout, as it would from node_modules.
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('../../../middleware/index.ts', import.meta.url));

registerHooks({
  resolve: (specifier, context, next) => next(specifier === 'flyball' ? here : specifier, context),
});
