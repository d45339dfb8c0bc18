// Notes every different call that functions make to the emulators, one JSON line each: what their roles have to allow.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import { type Asked, callsOf, type Place } from './calls.ts';
import { CREDENTIALS } from './environment.ts';

export interface RecorderOptions extends Place {
  /** Several processes may add to one file. */
  readonly file: string;
}

export type Note = (asked: Asked) => void;

/** The world's own calls are not noted: they stand for what AWS does, and for people. */
export function recorder({ file, ...place }: RecorderOptions): Note {
  const seen = new Set<string>();
  return (asked) => {
    for (const call of callsOf(asked, place)) {
      const line = JSON.stringify(call);
      if (call.caller === CREDENTIALS.accessKeyId || seen.has(line)) continue;
      seen.add(line);
      appendFileSync(file, `${line}\n`);
    }
  };
}

/** Notes what arrives at a server whose own listener begins to read at once, as dynalite's does: both get every chunk. */
export function noteRequests(server: Server, note: Note): void {
  server.prependListener('request', (request: IncomingMessage) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => note({ ...askedOf(request), body: parsed(Buffer.concat(chunks).toString('utf8')) }));
  });
}

/** Notes what arrives at a port of this process, whoever listens there, by its head alone; until the returned function is called. */
export function noteHeads(port: number, note: Note): () => void {
  const started = (message: unknown) => {
    const { request } = message as { readonly request: IncomingMessage };
    if (request.socket.localPort === port) note(askedOf(request));
  };
  subscribe('http.server.request.start', started);
  return () => void unsubscribe('http.server.request.start', started);
}

/** What a request says before its body. */
function askedOf({ method = '', url = '', headers }: IncomingMessage): Asked {
  return { method, url, headers };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
