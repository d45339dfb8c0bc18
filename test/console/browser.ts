// Chromium for the console's tests: pages that are signed in, at a width, in light and dark; what they do wrong fails the test.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { SOON } from '../support/patience.ts';
import type { Crowd } from './crowd.ts';
import { type Faults, faultsOf } from './faults.ts';

const ROOT = join(import.meta.dirname, '../..');
const SCREENSHOTS = join(ROOT, 'docs/console');
const PROGRAM = process.env['FLYBALL_CHROMIUM'] || '/usr/bin/chromium';
/** As root, and silent: it asks nobody for updates. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** A telephone, and a screen on a wall. */
export const WIDTHS = [360, 1920] as const;
const HEIGHTS: Readonly<Record<number, number>> = { 360: 800, 1920: 1080 };
/** A page is loaded by a dozen requests, of which the first starts the function. */
const LOADED_WITHIN_MS = 120_000;
const SESSION = 'flyball.session';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const origin = inject('world').http;
export const adminToken = inject('world').adminToken;

export interface Opened {
  /** px; 1920 when left out. */
  readonly width?: number;
  readonly dark?: boolean;
  readonly language?: string;
  /** Whose the page is: the world's admin unless another token is given; `null` signs nobody in. */
  readonly token?: string | null;
  /** Whose page it is: the started world's unless another one's is given. */
  readonly world?: string;
  /** Beside the console's own origin, whom the page may ask or be led to. */
  readonly origins?: readonly string[];
}

let browser: Browser | undefined;
const contexts: BrowserContext[] = [];
const faults = new Map<Page, Faults>();

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: PROGRAM, args: FLAGS });
});
afterEach(async () => {
  const unexpected = [...faults.values()].flatMap((one) => one.unexpected());
  faults.clear();
  await Promise.all(contexts.splice(0).map((context) => context.close()));
  expect(unexpected).toEqual([]);
});
afterAll(() => browser?.close());

/** A page of its own, with nothing in its cache, at a path of the console; it is closed after the test. */
export async function open(path: string, opened: Opened = {}): Promise<Page> {
  const { width = 1920, dark = false, language = 'en-GB', token = adminToken, origins = [] } = opened;
  const { world = origin } = opened;
  if (browser === undefined) throw new Error('Chromium has not been started');
  const context = await browser.newContext({
    viewport: sizeOf(width),
    colorScheme: dark ? 'dark' : 'light',
    locale: language,
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
  });
  contexts.push(context);
  const page = await context.newPage();
  // Each look of a page takes several answers.
  page.setDefaultTimeout(3 * SOON.timeout);
  page.setDefaultNavigationTimeout(LOADED_WITHIN_MS);
  if (token !== null) await signedIn(page, token);
  faults.set(page, faultsOf(page, [world, ...origins]));
  await page.goto(`${world}${path}`);
  return page;
}

/** A page of the crowded world (test/crowd), which is started for the first: of its admin, or of whom it is shown to. */
export async function openCrowd(path: string, { of = 'admin', ...opened }: Opened & { of?: 'admin' | 'team' } = {}) {
  const { http, adminToken: admin, teamToken } = await crowd();
  return open(path, { ...opened, world: http, token: of === 'team' ? teamToken : admin });
}

/** Where the crowded world is, once it is there. */
export async function crowd(): Promise<Crowd> {
  const answer = await fetch(inject('crowd'));
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Crowd;
}

/** Gives the tab a session, once, as if somebody had signed in there before the page is loaded. */
async function signedIn(page: Page, token: string): Promise<void> {
  await page.addInitScript(
    ([key, text]) => {
      if (sessionStorage.getItem('signed-in-once') !== null) return;
      sessionStorage.setItem('signed-in-once', 'yes');
      sessionStorage.setItem(key, text);
    },
    [SESSION, JSON.stringify({ token })] as const,
  );
}

/** What the page has done wrong so far, and all that it asked for. */
export function faultsIn(page: Page): Faults {
  const found = faults.get(page);
  if (found === undefined) throw new Error('This page was not opened here');
  return found;
}

/** Puts the page to a width, px. */
export async function at(page: Page, width: number): Promise<void> {
  await page.setViewportSize(sizeOf(width));
}

/** How far the page is wider than its window, px: 0 of one that fits. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Serious and critical faults that axe finds, in light and dark, each with the elements it is about. */
export async function inaccessible(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await axe(page)).map((one) => `${colorScheme}: ${one}`));
  }
  await page.emulateMedia({ colorScheme: 'light' });
  return found;
}

interface Violation {
  readonly id: string;
  readonly impact?: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

async function axe(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  // By the debugger, past the page's policy, which lets in no script of others.
  await session.send('Runtime.evaluate', { expression: `window.axe ?? (() => { ${AXE} })()` });
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document).then(({ violations }) => JSON.stringify(violations))`,
    awaitPromise: true,
  });
  await session.detach();
  if (exceptionDetails)
    throw new Error(`axe failed: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
  const violations = JSON.parse(String(result.value)) as Violation[];
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}

/** With FLYBALL_SCREENSHOTS=1 writes docs/console/<screen>-360.png and -1920.png; else does nothing. */
export async function screenshot(page: Page, screen: string): Promise<void> {
  if (process.env['FLYBALL_SCREENSHOTS'] !== '1') return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const width of WIDTHS) {
    await at(page, width);
    await page.screenshot({ path: join(SCREENSHOTS, `${screen}-${String(width)}.png`), animations: 'disabled' });
  }
}

function sizeOf(width: number) {
  return { width, height: HEIGHTS[width] ?? 1080 };
}
