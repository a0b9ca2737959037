import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './server-process.ts';

/** The blocks of code in this language of a file in docs/, as they stand. */
export async function codeOf(file: string, language: string): Promise<readonly string[]> {
  const text = await readFile(join(ROOT, 'docs', file), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code ?? '');
}
