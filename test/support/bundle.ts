/** What a bundler makes of a page's script, in memory; the package's own entries are taken from its source. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './server-process.ts';

const source = (path: string) => join(ROOT, 'src/client', path);

/** @param code TypeScript, with JSX */
export async function bundle(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, loader: 'tsx', resolveDir: ROOT },
    alias: {
      'presence-server/client': source('index.ts'),
      'presence-server/elements': source('elements/index.ts'),
      'presence-server/elements.js': source('elements/browser.ts'),
      'presence-server/react': source('react/index.ts'),
    },
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"development"' }, // React warns of what is wrong
    ignoreAnnotations: true, // package.json says of dist, not of src, what has side effects
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
