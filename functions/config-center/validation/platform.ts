// Keeps what functions call away from what belongs to the platform alone: their credentials and their own runtime.
import type { Place, Report } from './findings.ts';

/** URLs write every IPv4 address in one way; IPv6 may hold one. */
const LINK_LOCAL = /^(?:169\.254\.\d+\.\d+$|::ffff:a9fe:|fe[89ab][0-9a-f]:|fd00:ec2:)/;
const LOOPBACK = /^(?:(?:127|0)\.\d+\.\d+\.\d+$|::1?$|::ffff:7f|::ffff:0:|(?:.+\.)?localhost$)/;
/** Lambda's runtime API: whoever asks there takes the next event, and answers for the function. */
const RUNTIME_PORT = '9001';

/** By its address: what a name leads to is for others to say, and may change. */
export function checkPlatform(url: string, place: Place, report: Report): void {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$|\.$/g, '');
  if (LINK_LOCAL.test(host)) {
    report(
      place,
      'is a link-local address, where instances find their credentials; no rule may have functions call it',
    );
  }
  if (LOOPBACK.test(host) && port === RUNTIME_PORT) {
    report(place, "is where Lambda's own runtime API is; no rule may have functions call it");
  }
}
