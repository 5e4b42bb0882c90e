import { isIPv4, isIPv6 } from 'node:net'

/**
 * The network that a request is counted for: an IPv4 address itself, or the /64 of an IPv6 address, because one
 * household has a whole /64. Behind a proxy the address may be any text.
 */
export function networkOf(address = ''): string {
  // Some proxies add a port, and a link-local address names its interface.
  const written = /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? address.replace(/^([\d.]+):\d+$/, '$1')
  const bare = written.split('%')[0] as string
  if (isIPv4(bare)) return bare
  if (!isIPv6(bare)) return 'unknown'
  const groups = groupsOf(bare)
  const isMapped = groups.slice(0, 5).every(group => group === 0) && groups[5] === 0xffff
  if (isMapped)
    return groups
      .slice(6)
      .flatMap(group => [group >> 8, group & 0xff])
      .join('.')
  return `${groups
    .slice(0, 4)
    .map(group => group.toString(16))
    .join(':')}::/64`
}

/** The /48 around a /64 of `networkOf`: one customer of a provider often has all of it. Null for any other subject. */
export function widerNetworkOf(network: string | number): string | null {
  const prefix = /^((?:[0-9a-f]+:){3})[0-9a-f]+::\/64$/.exec(String(network))?.[1]
  return prefix ? `${prefix}:/48` : null
}

/** The eight numbers of an IPv6 address; the URL parser normalizes an embedded IPv4 address. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const numbers = (part = '') => (part ? part.split(':').map(group => Number.parseInt(group, 16)) : [])
  const [first, last] = [numbers(head), numbers(tail)]
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last]
}
