/** The rights that docs/operations.md tells operators to give, and no others. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RedisProcess } from '../support/redis-process.ts';

const PASSWORD = 'sésame/ouvre-toi'; // has to be encoded in a URL

/** Makes the user on every node, takes everything away from the default one, and resolves with the URL of the first. */
export async function grantAsDocumented(...nodes: readonly RedisProcess[]): Promise<string> {
  const manual = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'operations.md'), 'utf8');
  const rule = /^ACL SETUSER presence .*$/m.exec(manual)?.[0].replace('SECRET', PASSWORD);
  if (rule === undefined) throw new Error('docs/operations.md has no ACL rule');
  for (const node of nodes) await node.ask(...rule.split(' '));
  return nodes[0]?.url.replace('://', `://presence:${encodeURIComponent(PASSWORD)}@`) ?? '';
}
