// `npm run layer`: builds the layer and zips it as it is uploaded, for stacks that serverless.yml does not deploy.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { buildLayer, LAYER_FOLDER } from './build.ts';

await buildLayer();
const zip = `${LAYER_FOLDER}.zip`;
rmSync(zip, { force: true });
execFileSync('zip', ['-q', '-r', '-X', zip, 'flyball'], { cwd: LAYER_FOLDER });
console.log(`${zip}: publish it as a layer, then set a function's handler to /opt/flyball/handler.handler`);
