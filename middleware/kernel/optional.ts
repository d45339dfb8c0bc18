// Packages that only some functions need and that are loaded when they do: the optional peers of the package.
import { Misused } from './errors.ts';

/**
 * What to do about an optional package that cannot be loaded. Written behind the import itself,
 * `import('aws-xray-sdk-core').catch(notInstalled('aws-xray-sdk-core'))`, it also lets a function be bundled where the
 * package is not installed.
 * @throws {Misused}
 */
export function notInstalled(name: string): (reason: unknown) => never {
  return (reason) => {
    const why = reason instanceof Error ? reason.message : String(reason);
    // CommonJS in a bundle of ES modules: there, but without the `require` it asks for.
    if (why.startsWith('Dynamic require of')) {
      throw new Misused(
        `${name} cannot be loaded from this bundle: leave it out of it (--external:@aws-sdk/*; Lambda has the AWS SDK), or give the bundle a require by a createRequire banner (${why})`,
      );
    }
    throw new Misused(`${name} cannot be loaded: npm install ${name}, and ship it with the function (${why})`);
  };
}
