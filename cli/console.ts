// The terminal a command runs in, as far as it does more than print lines at its end.

export interface Console {
  /** Whether somebody sees at once what is printed. */
  readonly isTerminal: boolean;
  /** Whether what is printed may be coloured. */
  readonly colour: boolean;
  /** How many lines and columns there are now. */
  size(): { readonly rows: number; readonly columns: number };
  /** Prints as it is, at once. */
  write(text: string): void;
  /** A line that is typed and not shown, or all that is piped in. */
  secret(prompt: string): Promise<string>;
  /** Asks whether to go on; no where nobody can be asked. */
  confirm(question: string): Promise<boolean>;
  /** Has somebody edit a file. @returns whether the editor ended well. */
  edit(file: string): Promise<boolean>;
  /** Waits; ends early with `stopped` once the command is to end. */
  wait(ms: number): Promise<'over' | 'stopped'>;
  /** Calls back when somebody ends the command, until the function it gives is called. */
  onStop(stopped: () => void): () => void;
}

/** Nobody is there: what is printed goes to a file or another program, and nothing is typed. */
export const NOBODY: Console = {
  isTerminal: false,
  colour: false,
  size: () => ({ rows: 24, columns: 80 }),
  write: () => undefined,
  secret: () => Promise.resolve(''),
  confirm: () => Promise.resolve(false),
  edit: () => Promise.resolve(false),
  wait: () => Promise.resolve('stopped'),
  onStop: () => () => undefined,
};
