// The terminal of a process: what is typed is not shown and can be mended, what is piped in is read whole.
import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { consoleOfProcess } from '../../../cli/console-process.ts';
import type { Console } from '../../../cli/console.ts';

/** What the terminal was told, in order: what was printed, and how its input was set. */
function terminal(chunks: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const told: string[] = [];
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: (raw: boolean) => void told.push(raw ? '<raw>' : '<as before>'),
    setEncoding: () => undefined,
    resume: () => queueMicrotask(() => chunks.forEach((chunk) => stdin.emit('data', chunk))),
    pause: () => undefined,
  });
  const out = { isTTY: true, rows: 0, columns: 0, write: (text: string) => void told.push(text) };
  return { told, console: consoleOfProcess({ stdin, stdout: out, stderr: out } as unknown as NodeJS.Process, env) };
}

const asked = (console: Console) => console.secret('A key: ');

describe('a key', () => {
  it.each([
    [['fb_key\r'], 'fb_key'],
    [['fb_', 'key', '\n'], 'fb_key'],
    [['fb_kx\u007fey\r'], 'fb_key'],
    [['\b\u007ffb_key\u0004'], 'fb_key'],
  ])('typed as %j is %s', async (chunks, key) => {
    const { told, console } = terminal(chunks);
    expect(await asked(console)).toBe(key);
    expect(told).toEqual(['<raw>', 'A key: ', '<as before>', '\n']);
  });

  it('is not asked for any more after ^C, and the terminal is as before', async () => {
    const { told, console } = terminal(['fb_\u0003']);
    await expect(asked(console)).rejects.toThrow('Nothing was typed');
    expect(told).toContain('<as before>');
  });

  it('is read whole where it is piped in', async () => {
    const stdin = Object.assign(Readable.from(['fb_', 'key\n']), { isTTY: false });
    const streams = { stdin, stdout: { isTTY: false }, stderr: {} } as unknown as NodeJS.Process;
    expect(await asked(consoleOfProcess(streams, {}))).toBe('fb_key\n');
  });
});

describe('colours', () => {
  it.each([
    [{}, true],
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '' }, true],
    [{ TERM: 'dumb' }, false],
  ])('with %j are shown: %s', (env, colour) => {
    expect(terminal([], env).console.colour).toBe(colour);
  });
});

describe('a terminal', () => {
  it('has a size also when it does not know it', () => {
    expect(terminal([]).console.size()).toEqual({ rows: 24, columns: 80 });
  });
});

describe('an editor', () => {
  it.each([
    ['VISUAL, with options of its own', { VISUAL: 'printf b >', EDITOR: 'false' }, true, 'b'],
    ['EDITOR otherwise', { EDITOR: 'printf c >' }, true, 'c'],
    ['one that ends badly', { EDITOR: 'false' }, false, 'a'],
  ])('is %s', async (_what, env, endedWell, text) => {
    const folder = mkdtempSync(join(tmpdir(), 'flyball editor-'));
    const file = join(folder, 'a file.yaml');
    writeFileSync(file, 'a');
    expect(await terminal([], env).console.edit(file)).toBe(endedWell);
    expect(readFileSync(file, 'utf8').trim()).toBe(text);
    rmSync(folder, { recursive: true });
  });
});

describe('a question', () => {
  it.each([
    [['y\r'], true],
    [['YES', '\n'], true],
    [['nx\u007f\b', 'y\r'], true],
    [['\r'], false],
    [['no\r'], false],
    [['yeah\r'], false],
  ])('answered with %j means %s', async (chunks, agreed) => {
    const { told, console } = terminal(chunks);
    expect(await console.confirm('Go on?')).toBe(agreed);
    expect(told.slice(0, 2)).toEqual(['<raw>', 'Go on? [y/N] ']);
    expect(told.slice(-2)).toEqual(['<as before>', '\n']);
  });

  it('is answered with no where nobody is there', async () => {
    const streams = { stdin: { isTTY: false }, stdout: { isTTY: false }, stderr: {} } as unknown as NodeJS.Process;
    expect(await consoleOfProcess(streams, {}).confirm('Go on?')).toBe(false);
  });
});
