// Builds the layer before the framework packages it, as a Serverless plugin; inert in every other command.
import { buildLayer } from './build.ts';

/** What the plugin uses of the framework. */
interface Framework {
  readonly processedInput: { readonly commands: readonly string[] };
  readonly pluginManager: { readonly plugins: readonly { compareWithLastLayer?: () => Promise<void> }[] };
}

export default class LayerPlugin {
  readonly #framework: Framework;

  readonly hooks = {
    'before:package:initialize': () => buildLayer(),
    'before:package:compileLayers': () => this.#packageWithoutAccount(),
  };

  constructor(framework: Framework) {
    this.#framework = framework;
  }

  /** The framework asks the account for the layer it last deployed, also when it only packages; a deploy may. */
  #packageWithoutAccount(): void {
    const { processedInput, pluginManager } = this.#framework;
    if (processedInput.commands[0] !== 'package') return;
    for (const plugin of pluginManager.plugins) {
      if (plugin.compareWithLastLayer) plugin.compareWithLastLayer = () => Promise.resolve();
    }
  }
}
