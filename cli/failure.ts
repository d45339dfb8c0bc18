// What can end a command, and the exit code that says so to scripts.

export const EXIT = { ok: 0, refused: 1, usage: 2, unreachable: 3, differs: 4 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface FailureDetails {
  /** What stands below the message: one thing a line. */
  readonly lines?: readonly string[];
  /** The answer of the control plane, for `--json`. */
  readonly problem?: Readonly<Record<string, unknown>> | undefined;
}

/** Says what went wrong and what to do. `message` is one or two sentences. */
export abstract class Failure extends Error {
  abstract readonly exitCode: ExitCode;
  readonly lines: readonly string[];
  readonly problem: Readonly<Record<string, unknown>> | undefined;

  constructor(message: string, { lines = [], problem }: FailureDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.lines = lines;
    this.problem = problem;
  }
}

/** The control plane, or what it was asked about, said no. */
export class RefusedByControlPlane extends Failure {
  override readonly name = 'RefusedByControlPlane';
  override readonly exitCode = EXIT.refused;
}

/** What was typed, or what stands in the environment or on the disk, cannot be meant. */
export class WrongUsage extends Failure {
  override readonly name = 'WrongUsage';
  override readonly exitCode = EXIT.usage;
}

/** No control plane was reached, or it could not answer. Nothing may be concluded from it. */
export class Unreachable extends Failure {
  override readonly name = 'Unreachable';
  override readonly exitCode = EXIT.unreachable;
}
