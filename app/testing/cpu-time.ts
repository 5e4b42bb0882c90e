/** CPU time of this process in milliseconds: unlike the clock, it does not depend on what else the machine does. */
export function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
