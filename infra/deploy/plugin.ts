// What the framework leaves undone before a deploy, as a Serverless plugin: bad stages and parameters are refused, the
// template is tidied.
import { whatIsWrongWithParameters, type Given } from './parameters.ts';
import { whatIsWrongWithStage } from './stage.ts';
import { tidyTemplate } from './template.ts';

/** What the plugin uses of the framework. */
interface Framework {
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  readonly processedInput: { readonly commands: readonly string[] };
  /** serverless.yml, as far as its variables are resolved by now. */
  readonly configurationInput: { readonly params?: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
  readonly service: {
    readonly provider: { readonly stage: string; readonly compiledCloudFormationTemplate: Record<string, unknown> };
  };
}

interface Options {
  readonly stage?: string;
  /** Each `name=value`. */
  readonly param?: readonly string[];
}

export default class Deploy {
  readonly #framework: Framework;

  readonly hooks = {
    'after:package:compileEvents': () => tidyTemplate(this.#framework.service.provider.compiledCloudFormationTemplate),
  };

  /** Throws before the framework looks at the configuration: it would complain of whatever these have spoilt. */
  constructor(framework: Framework, options: Options) {
    this.#framework = framework;
    const { classes, processedInput, service } = framework;
    const stage = options.stage ?? service.provider.stage;
    const wrongStage = whatIsWrongWithStage(stage, processedInput.commands);
    if (wrongStage !== undefined) throw new classes.Error(wrongStage, 'FLYBALL_STAGE');
    const given = givenFor(stage, options.param ?? [], framework.configurationInput);
    const wrong = whatIsWrongWithParameters(given, stage);
    if (wrong !== undefined) throw new classes.Error(wrong, 'FLYBALL_PARAMETERS');
  }
}

/** What the command line and serverless.yml say for a stage. */
function givenFor(stage: string, typed: readonly string[], { params = {} }: Framework['configurationInput']): Given[] {
  const written = ['default', stage].flatMap((section) =>
    Object.entries(params[section] ?? {}).map(([name, value]) => ({
      name,
      value,
      place: `serverless.yml, params.${section}`,
    })),
  );
  return [...typed.flatMap(typedParameter), ...written];
}

/** Without a value it is left to the framework, which refuses it. */
function typedParameter(option: string): Given[] {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(option) ?? [];
  return name === undefined ? [] : [{ name, value: value?.trimEnd(), place: '--param' }];
}
