// What a command is: its name and words of help, the options it knows, and what it does.
import type { ParseArgsOptionsConfig } from 'node:util';
import type { Console } from './console.ts';
import type { ControlPlane } from './control-plane.ts';
import type { ExitCode } from './failure.ts';
import type { Line } from './line.ts';

export interface Command {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** What is typed after the name, e.g. `<service> [-o <file>]`. */
  readonly synopsis: string;
  /** The rest of its help; lines of at most 80 letters. */
  readonly help: string;
  /** Those it knows beside the ones that all commands have. */
  readonly options: ParseArgsOptionsConfig;
  /** How many arguments it takes. */
  readonly takes: { readonly atLeast: number; readonly atMost: number };
  run(given: Given, world: World): Promise<Outcome>;
}

/** What was typed. */
export interface Given {
  readonly args: readonly string[];
  /** The value of an option; undefined when it was not given. */
  readonly text: (option: string) => string | undefined;
  /** The values of an option that may be given several times. */
  readonly texts: (option: string) => readonly string[];
  readonly flag: (option: string) => boolean;
}

export interface World {
  readonly controlPlane: ControlPlane;
  /** The folder that file names start from. */
  readonly folder: string;
  readonly console: Console;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** All there are, for those that tell of them. */
  readonly commands: readonly Command[];
}

/** What a command has to say when it was not stopped by a `Failure`. */
export interface Outcome {
  readonly exitCode: ExitCode;
  /** For people. */
  readonly lines: readonly Line[];
  /** For machines: what `--json` prints. */
  readonly json: Readonly<Record<string, unknown>>;
}
