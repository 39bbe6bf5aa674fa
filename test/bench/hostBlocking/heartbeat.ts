/** Watches the thread that it runs in: how long nothing else could, and how much of that time the thread was at work. */

export interface Block {
  wallMs: number;
  /** Of this thread; the rest of the wall time others had the processor. */
  cpuMs: number;
}

export interface Heartbeat {
  /** The longest blocks since the last call, the longest first. */
  take(): Block[];
  stop(): void;
}

const beatMs = 5;
const mostBlocks = 5;

export function startHeartbeat(): Heartbeat {
  let blocks: Block[] = [];
  let last = performance.now();
  let lastCpu = threadCpuMs();
  const beat = setInterval(() => {
    const now = performance.now();
    const cpu = threadCpuMs();
    blocks.push({ wallMs: now - last, cpuMs: cpu - lastCpu });
    if (blocks.length > 1000) blocks = longest(blocks);
    last = now;
    lastCpu = cpu;
  }, beatMs);
  return {
    take() {
      const taken = longest(blocks);
      blocks = [];
      return taken;
    },
    stop: () => clearInterval(beat),
  };
}

function longest(blocks: readonly Block[]): Block[] {
  return [...blocks].sort((a, b) => b.cpuMs - a.cpuMs).slice(0, mostBlocks);
}

/** Older hosts tell only of the whole process: an upper bound. */
function threadCpuMs(): number {
  const { user, system } =
    (process as { threadCpuUsage?: () => NodeJS.CpuUsage }).threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1000;
}
