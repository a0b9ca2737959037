/**
 * Loaded into every server that is measured, ours too, before its own code: answers what the processor and the memory
 * cost so far, and ends the server when the bench is gone.
 */
import v8 from 'node:v8';

process.on('message', ({ ask, id }) => {
  if (ask === 'compact') compact();
  if (ask === 'memory') for (let times = 0; times < 3; times++) globalThis.gc();
  const { user, system } = process.cpuUsage();
  process.send({ id, value: ask === 'memory' ? process.memoryUsage.rss() : user + system });
});
process.once('disconnect', () => process.exit(1));

/** As V8 does by itself when little has happened for a while: what lies between the holes of the heap is moved together. */
function compact() {
  v8.setFlagsFromString('--compact-on-every-full-gc');
  globalThis.gc();
  v8.setFlagsFromString('--no-compact-on-every-full-gc');
}
