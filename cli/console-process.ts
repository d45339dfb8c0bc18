// The terminal of this process: a key typed without being shown, an editor, and ^C.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Console } from './console.ts';
import { WrongUsage } from './failure.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const ROWS = 24;
const COLUMNS = 80;
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const BACKSPACES = ['\u007f', '\b'];

export function consoleOfProcess({ stdin, stdout, stderr }: NodeJS.Process, env: Environment): Console {
  const isTerminal = stdout.isTTY;
  return {
    isTerminal,
    colour: isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
    // A terminal that does not know says 0.
    size: () => ({ rows: stdout.rows || ROWS, columns: stdout.columns || COLUMNS }),
    write: (what) => void stdout.write(what),
    secret: async (prompt) => {
      if (!stdin.isTTY) return text(stdin);
      return typed(stdin, stderr, prompt);
    },
    confirm: async (question) => {
      if (!stdin.isTTY) return false;
      const answer = await typed(stdin, stderr, `${question} [y/N] `, (letter) => stderr.write(letter));
      return /^\s*y(es)?\s*$/i.test(answer);
    },
    edit: (file) => edited(file, env),
    wait,
    onStop,
  };
}

/** In raw mode the terminal shows nothing of it by itself, and ^C is a letter as any other. */
async function typed(
  stdin: NodeJS.ReadStream,
  stderr: NodeJS.WriteStream,
  prompt: string,
  show: (letter: string) => void = () => undefined,
): Promise<string> {
  // Before anybody is asked: who types at once must not be shown either.
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stderr.write(prompt);
  try {
    return await new Promise<string>((resolve, reject) => {
      let line = '';
      const read = (chunk: string) => {
        for (const letter of chunk) {
          if (letter === '\r' || letter === '\n' || letter === CTRL_D) return done(() => resolve(line));
          if (letter === CTRL_C) return done(() => reject(new WrongUsage('Nothing was typed: it was ended.')));
          line = BACKSPACES.includes(letter) ? line.slice(0, -1) : line + letter;
          show(BACKSPACES.includes(letter) ? '\b \b' : letter);
        }
      };
      const done = (then: () => void) => {
        stdin.off('data', read);
        then();
      };
      stdin.on('data', read);
      stdin.resume();
    });
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

/** As git starts it: by a shell, since it may have options of its own. */
function edited(file: string, env: Environment): Promise<boolean> {
  const editor = env['VISUAL'] || env['EDITOR'] || 'vi';
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, editor, file], { stdio: 'inherit' });
    child.on('error', (error) => reject(new WrongUsage(`The editor "${editor}" cannot be started: ${error.message}.`)));
    child.on('exit', (code) => resolve(code === 0));
  });
}

function onStop(stopped: () => void): () => void {
  process.on('SIGINT', stopped);
  process.on('SIGTERM', stopped);
  return () => {
    process.off('SIGINT', stopped);
    process.off('SIGTERM', stopped);
  };
}

function wait(ms: number): Promise<'over' | 'stopped'> {
  return new Promise((resolve) => {
    const off = onStop(() => end('stopped'));
    const timer = setTimeout(() => end('over'), ms);
    const end = (how: 'over' | 'stopped') => {
      clearTimeout(timer);
      off();
      resolve(how);
    };
  });
}
