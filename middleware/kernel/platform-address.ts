// Addresses that belong to the platform alone: where instances find their credentials, and their own runtime.

/** URLs write every IPv4 address in one way; IPv6 may hold one. */
const LINK_LOCAL = /^(?:169\.254\.\d+\.\d+$|::ffff:a9fe:|fe[89ab][0-9a-f]:|fd00:ec2:)/;
const LOOPBACK = /^(?:(?:127|0)\.\d+\.\d+\.\d+$|::1?$|::ffff:7f|::ffff:0:|(?:.+\.)?localhost$)/;
/** Lambda's runtime API: whoever asks there takes the next event, and answers for the function. */
const RUNTIME_PORT = '9001';

/**
 * By the address itself: what a name leads to is for others to say, and may change. `runtimeApi` is where this process
 * has its runtime, host and port, when it is known.
 */
export function platformAt(url: string, runtimeApi = ''): 'credentials' | 'runtime' | undefined {
  const { host, hostname, port } = new URL(url);
  if (host === runtimeApi) return 'runtime';
  const address = hostname.replace(/^\[|\]$|\.$/g, '');
  if (LINK_LOCAL.test(address)) return 'credentials';
  const [, known] = /:(\d+)$/.exec(runtimeApi) ?? [];
  return LOOPBACK.test(address) && (port === RUNTIME_PORT || port === known) ? 'runtime' : undefined;
}
