// A gray publication in words: who is given what, how far it is, and how that part fares beside the rest.
import { cell, moment, type Fields } from '../answers.ts';
import type { Line, Tone } from '../line.ts';
import { isObject } from '../problem.ts';

export function grayLines(service: string, told: Fields): Line[] {
  const { revision, baseRevision, state, author, note, startedAt, reason, gray, judgement, figures } = told;
  const head = `${service}: revision ${cell(revision)} beside ${cell(baseRevision)} since ${moment(startedAt)}, by ${cell(author)}`;
  const why = (text: unknown) => (cell(text) === '' ? '' : `: ${cell(text)}`);
  return [
    `${head}${why(note)}`,
    ...(isObject(gray) ? [`  given to ${partOf(gray)}`] : [endOf(cell(state), why(reason))]),
    ...stepsOf(told),
    ...(isObject(judgement) ? verdictOf(judgement) : isObject(figures) ? [sidesOf(figures)] : []),
  ];
}

function endOf(state: string, why: string): Line {
  return { text: `  ${state}${why}`, tone: state === 'promoted' ? 'good' : 'bad' };
}

/** `5% of the values of client, requests with method=POST`. */
function partOf({ share, by, versions, match }: Fields): string {
  const parts: string[] = [];
  if (share !== undefined) {
    parts.push(`${cell(share)} of ${by === 'instance' ? 'the instances' : `the values of ${cell(by)}`}`);
  }
  if (Array.isArray(versions)) parts.push(`versions ${versions.map(cell).join(', ')}`);
  if (isObject(match)) {
    const pairs = Object.entries(match).map(([name, value]) => `${name}=${cell(value)}`);
    parts.push(`requests with ${pairs.join(', ')}`);
  }
  return parts.join(', ');
}

function stepsOf({ steps, step, stepSince, state }: Fields): Line[] {
  const all = Array.isArray(steps) ? steps.filter(isObject) : [];
  if (all.length === 0) return [];
  const said = all.map(({ share, bake }) => `${cell(share)} for ${cell(bake)}`).join(', ');
  const now = state === 'running' ? `; at step ${String(Number(step) + 1)} since ${moment(stepSince)}` : '';
  return [`  steps: ${said}${now}`];
}

const TONES: Readonly<Record<string, Tone>> = { worse: 'bad', 'better-or-equal': 'good' };

function verdictOf(judgement: Fields): Line[] {
  const { verdict, reason, next, bakedAt } = judgement;
  const text = `  ${cell(verdict)}${cell(reason) === '' ? '' : `: ${cell(reason)}`}; next: ${cell(next)}`;
  const tone = TONES[cell(verdict)];
  const end = bakedAt === undefined ? '' : `; the step ends at ${moment(bakedAt)}`;
  return [tone === undefined ? text : { text, tone }, `${sidesOf(judgement)}${end}`];
}

function sidesOf({ gray, rest, completeUntil }: Fields): string {
  const known = completeUntil === undefined ? '' : `, known until ${moment(completeUntil)}`;
  return `  its part: ${figuresOf(gray)}; the rest: ${figuresOf(rest)}${known}`;
}

function figuresOf(figures: unknown): string {
  if (!isObject(figures)) return 'unknown';
  const { requests, refused, failed, p99Ms } = figures;
  const slow = p99Ms === undefined ? '' : `, p99 ${cell(p99Ms)} ms`;
  return `${cell(requests)} requests, ${cell(refused)} refused, ${cell(failed)} failed${slow}`;
}
