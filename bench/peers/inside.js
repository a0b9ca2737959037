/**
 * Loaded into every server that is measured, ours too, before its own code: answers what the processor and the memory
 * cost so far, and ends the server when the bench is gone.
 */
process.on('message', ({ ask, id }) => {
  if (ask === 'memory') for (let times = 0; times < 3; times++) globalThis.gc();
  const { user, system } = process.cpuUsage();
  process.send({ id, value: ask === 'memory' ? process.memoryUsage.rss() : user + system });
});
process.once('disconnect', () => process.exit(1));
