// However much a ping posts, what it says first and what it says last are quoted, and no secret is.
import { describe, expect, it } from 'vitest';
import { firstLines } from '../../../../../functions/alerting/signals/exception.ts';
import { quoted } from '../../../../../functions/batch-monitor/checks/posted.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const frames = (count: number) =>
  Array.from({ length: count }, (_, i) => `  File "/opt/load.py", line ${i}, in load\n    rows = load(${i})`);

describe('what a ping has posted', () => {
  it('is quoted whole when it is short', () => {
    expect(quoted(bytes('disk is full\n'), 1_024)).toBe('disk is full');
  });

  it('is its beginning and its end when it is long, with whole lines in the end', () => {
    const text = `begin\n${'middle of it\n'.repeat(200)}the end`;
    const said = quoted(bytes(text), 100);
    expect(said.length).toBeLessThanOrEqual(100);
    expect(said).toMatch(/^begin\nmiddle of it\n[^]*\n…\nmiddle of it\n[^]*\nthe end$/);
  });

  it('is cut within no character', () => {
    const said = quoted(bytes('😀'.repeat(100)), 51);
    expect(said).toBe(said.toWellFormed());
    expect(said.length).toBeLessThanOrEqual(51);
  });

  it.each(Array.from({ length: 12 }, (_, i) => i))('has no part of a secret, wherever it is cut (%i)', (more) => {
    const text = `${'x'.repeat(100)} password=hunter2hunter2 ${'y '.repeat(10 + more)}`;
    expect(quoted(bytes(text), 80)).not.toMatch(/hunter|unter2/);
  });

  it.each([4, 40, 400])('that is a traceback of %i frames says what it was first', (count) => {
    const text = ['loading', 'Traceback (most recent call last):', ...frames(count), 'ValueError: no rows'].join('\n');
    const lines = firstLines(quoted(bytes(text), 1_024));
    expect(lines[0]).toBe('ValueError: no rows');
    expect(lines.length).toBeLessThanOrEqual(8);
  });

  it('that is a long log before a long traceback says what it was first', () => {
    const log = Array.from({ length: 100 }, (_, i) => `row ${i}`);
    const text = [...log, 'Traceback (most recent call last):', ...frames(100), 'ValueError: no rows'].join('\n');
    expect(firstLines(quoted(bytes(text), 1_024))[0]).toBe('ValueError: no rows');
  });

  it('that is any other long log shows how it ends', () => {
    const log = Array.from({ length: 300 }, (_, i) => `row ${i}`);
    expect(firstLines(quoted(bytes([...log, 'pg_dump: no space left'].join('\n')), 1_024))).toEqual([
      ...['row 0', 'row 1', 'row 2', '…', 'row 297', 'row 298', 'row 299', 'pg_dump: no space left'],
    ]);
  });
});
