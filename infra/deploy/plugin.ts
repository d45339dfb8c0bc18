// What the framework leaves undone before a deploy, as a Serverless plugin: bad stages are refused, the template is tidied.
import { tidyTemplate } from './template.ts';
import { whatIsWrongWithStage } from './stage.ts';

/** What the plugin uses of the framework. */
interface Framework {
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  readonly processedInput: { readonly commands: readonly string[] };
  readonly service: {
    readonly provider: { readonly stage: string; readonly compiledCloudFormationTemplate: Record<string, unknown> };
  };
}

export default class Deploy {
  readonly #framework: Framework;

  readonly hooks = {
    'after:package:compileEvents': () => tidyTemplate(this.#framework.service.provider.compiledCloudFormationTemplate),
  };

  /** Throws before the framework looks at the configuration: it would complain of whatever the stage has spoilt. */
  constructor(framework: Framework, options: { readonly stage?: string }) {
    this.#framework = framework;
    const { classes, processedInput, service } = framework;
    const wrong = whatIsWrongWithStage(options.stage ?? service.provider.stage, processedInput.commands);
    if (wrong !== undefined) throw new classes.Error(wrong, 'FLYBALL_STAGE');
  }
}
