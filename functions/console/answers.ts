// How files are answered: conditional, in the form the browser likes best, and guarded by what it may do with them.
import { notFound, ifNoneMatch, includes, quoted, type ApiResponse, type OpenRequest } from '../api/index.ts';
import { encodingFor, type Encoding } from './encoding.ts';
import type { ConsoleFile } from './files.ts';

const IMMUTABLE = 'public, max-age=31536000, immutable';
const ASKED_EACH_TIME = 'no-cache';

/** Of everything that the console serves: it is for its own pages alone. */
const GUARDED = { 'cross-origin-resource-policy': 'same-origin', 'referrer-policy': 'no-referrer' };

/** An asset, whose name changes with its content. @throws {Problem} 404 for one that there is not. */
export function assetAnswer(request: OpenRequest, file: ConsoleFile | undefined): ApiResponse {
  if (file === undefined) throw notFound('There is no such asset; a newer console may have come: load the page again.');
  return fileAnswer(request, file, { 'cache-control': IMMUTABLE });
}

/** The page. `connects` are the origins beside its own that it may ask. */
export function pageAnswer(request: OpenRequest, page: ConsoleFile, connects: readonly string[]): ApiResponse {
  return fileAnswer(request, page, {
    'cache-control': ASKED_EACH_TIME,
    'content-security-policy': policyOf(connects),
    // Signing in leaves the page and comes back to it; no window is opened that would have to speak to it.
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
    'x-frame-options': 'DENY',
  });
}

/** Nothing but what comes from here: no inline script or style, no form that is sent off, no frame around it. */
function policyOf(connects: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    ['connect-src', "'self'", ...connects].join(' '),
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function fileAnswer(request: OpenRequest, file: ConsoleFile, more: Readonly<Record<string, string>>): ApiResponse {
  const encoding = encodingFor(request.headers.get('accept-encoding'));
  const etag = tagOf(file, encoding);
  const headers = { ...GUARDED, ...more, etag: quoted(etag), vary: 'accept-encoding' };
  if (includes(ifNoneMatch(request), etag)) return { status: 304, headers };
  const typed = { ...headers, 'content-type': file.type };
  if (encoding === 'identity' && file.type.includes('charset')) {
    return { status: 200, headers: typed, body: file.identity.toString('utf8') };
  }
  return {
    status: 200,
    headers: encoding === 'identity' ? typed : { ...typed, 'content-encoding': encoding },
    body: file[encoding].toString('base64'),
    base64: true,
  };
}

/** Strong: each form of a file has bytes of its own. */
function tagOf({ hash }: ConsoleFile, encoding: Encoding): string {
  return encoding === 'identity' ? hash : `${hash}-${encoding}`;
}
