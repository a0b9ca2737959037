/** What the server serves to browsers: the custom elements and all they need in one file, and its own pages. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const source = join(import.meta.dirname, '../src');
const pages = join(source, 'pages');

/** Puts them into this folder, beside whatever is there. */
export async function makeBrowserFiles(folder: string): Promise<void> {
  await build({
    entryPoints: {
      elements: join(source, 'client/elements/browser.ts'),
      directory: join(pages, 'directory.ts'),
      admin: join(pages, 'admin.ts'),
    },
    outdir: folder,
    bundle: true,
    format: 'esm',
    target: ['es2022'],
    minify: true,
    sourcemap: true,
    legalComments: 'none',
    ignoreAnnotations: true, // package.json says of dist, not of src, what has side effects
    logLevel: 'warning',
  });
  for (const name of ['page.css', 'directory.css', 'directory.html', 'admin.css', 'admin.html'])
    await cp(join(pages, name), join(folder, name));
}
