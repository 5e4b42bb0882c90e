import { isIPv4 } from 'node:net'

/** Whether only this machine is reached there. An IPv6 address may stand in brackets. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  const address = name.replace(/^::ffff:(?=[\d.]+$)/, '')
  return (
    /^(?:.+\.)?localhost$/.test(name) || name === '::1' || (isIPv4(address) && address.startsWith('127.'))
  )
}

/** The origin at which a server that listens there is reached from this machine. */
export function originAt(host: string, port: number): string {
  const everywhere = ['0.0.0.0', '::', '']
  const name = everywhere.includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
  const origin = `http://${name}:${port}`
  return URL.canParse(origin) ? origin : `http://localhost:${port}`
}
