// Builds the console before its function is packaged, as a Serverless plugin; inert in every other command.
import { buildConsole } from './build.ts';

export default class ConsolePlugin {
  readonly hooks = {
    'before:package:initialize': () => this.#build(),
    'before:deploy:function:packageFunction': () => this.#build(),
  };

  async #build(): Promise<void> {
    await buildConsole();
  }
}
