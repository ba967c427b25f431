// What a page costs its main thread: CPU time, which other load of the machine does not change, and memory.
const MIB = 2 ** 20;

export async function mainThread(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const seconds = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'ThreadTime').value;
  };
  return {
    /** CPU seconds while `work` runs, and its result. */
    async measure(work) {
      const before = await seconds();
      const result = await work();
      return { seconds: (await seconds()) - before, result };
    },
    collectGarbage: () => session.send('HeapProfiler.collectGarbage'),
    /** Objects and array buffers that are still in use. */
    async heapMiB() {
      await session.send('HeapProfiler.collectGarbage');
      const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
      return (usedSize + backingStorageSize) / MIB;
    },
  };
}

/** Runs in the page: calls its `panBy` once per frame; resolves to the number of frames. */
function pan({ milliseconds, framesPerDirection }) {
  return new Promise((resolve) => {
    const start = performance.now();
    let frames = 0;
    const step = () => {
      if (performance.now() - start >= milliseconds) return resolve(frames);
      window.panBy(Math.floor(frames++ / framesPerDirection) % 2 === 0 ? 14 : -14);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}

/** CPU milliseconds per frame of 2.5 s of panning, straight on or to and fro. */
export async function panCost(page, thread, way) {
  const { seconds, result } = await thread.measure(() => page.evaluate(pan, { milliseconds: 2500, framesPerDirection: way === 'on' ? 1e9 : 30 }));
  return (1000 * seconds) / result;
}
