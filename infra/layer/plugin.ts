// Builds the layer before the framework packages it, so that `serverless package` and `deploy` need no step before them.
import { buildLayer } from './build.ts';

export default class LayerPlugin {
  readonly hooks = { 'before:package:initialize': () => buildLayer() };
}
