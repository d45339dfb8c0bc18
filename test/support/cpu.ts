// What a piece of work costs the processor, on a machine that has other work too.

/** The least of several tries, in ms of CPU time: what takes long on the clock alone was kept waiting. */
export function leastCpuMs(work: () => void, tries = 3): number {
  const times = Array.from({ length: tries }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...times);
}
