// Matches a caller's address against networks, compiled once per revision.
import { bytesOf, parseCidr } from '../kernel/cidr.ts';

/** True when the address lies in one of the networks. */
export type AddressTest = (address: string) => boolean;

/** @throws {RangeError} on a network that cannot be read. */
export function compileNetworks(networks: readonly string[]): AddressTest {
  const { BlockList } = process.getBuiltinModule('node:net');
  const list = new BlockList();
  for (const network of networks) {
    const { address, prefix, family } = parseCidr(network);
    list.addSubnet(address, prefix, family);
  }
  // IPv4 written as IPv6 (::ffff:203.0.113.7) meets the networks of IPv4.
  return (address) => list.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

/** An address as gateways write it; undefined if it is none. */
export function addressOf(text: string | undefined): string | undefined {
  return text !== undefined && bytesOf(text) ? text : undefined;
}
