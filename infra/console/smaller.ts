// Makes a bundled script smaller than the bundler does: some three hundredths.
import { minify, version } from '@swc/core';

/** In every script before it is made smaller, so that its name, a hash of it, is another one when this is. */
export const SMALLER_BY = `/* swc ${version} */`;

/** More than these find nothing more. */
const PASSES = 4;

/** Rejects what is no script. */
export async function smaller(script: string): Promise<string> {
  const { code } = await minify(script, {
    module: true,
    ecma: 2020,
    compress: { passes: PASSES },
    mangle: { toplevel: true },
    format: { comments: false },
  });
  return code;
}
