// Builds the Lambda layer: flyball's handler shim with everything it needs but the AWS SDK, which the runtime has.
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { build as bundle, type Plugin } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '../..');
/** `layers.flyball.path` of serverless.yml; who packages beside somebody else names one of their own. */
export const LAYER_FOLDER = join(ROOT, process.env['FLYBALL_LAYER_DIR'] || '.flyball/layer');

/**
 * The runtime's own SDK stands in `NODE_PATH`, which `import` does not look at and `require` does.
 */
const runtimeSdk: Plugin = {
  name: 'runtime-sdk',
  setup(build) {
    build.onResolve({ filter: /^@aws-sdk\// }, ({ path, namespace }) =>
      namespace === 'runtime-sdk' ? { path, external: true } : { path, namespace: 'runtime-sdk' },
    );
    build.onLoad({ filter: /.*/, namespace: 'runtime-sdk' }, ({ path }) => ({
      // The names are those of the SDK installed here: whoever imports it takes them one by one.
      contents: `const sdk = require(${JSON.stringify(path)});\nexport const { ${namesOf(path).join(', ')} } = sdk;`,
      loader: 'js',
    }));
  },
};

function namesOf(path: string): string[] {
  const exported = createRequire(import.meta.url)(path) as object;
  return Object.keys(exported).filter((name) => name !== 'default' && /^[A-Za-z_$][\w$]*$/.test(name));
}

/** Writes `flyball/handler.mjs` and its chunks into the folder, which the platform unpacks into `/opt`. */
export async function buildLayer(folder: string = LAYER_FOLDER): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  await bundle({
    absWorkingDir: ROOT,
    entryPoints: { handler: 'middleware/handler.ts' },
    outdir: join(folder, 'flyball'),
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    // What is loaded when first needed stays out of the cold start.
    splitting: true,
    minify: true,
    keepNames: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    // CommonJS in the bundle (X-Ray), and the runtime's SDK, ask for `require`.
    banner: {
      js: "import { createRequire as flyballRequire } from 'node:module'; const require = flyballRequire(import.meta.url);",
    },
    plugins: [runtimeSdk],
    logLevel: 'warning',
  });
}
